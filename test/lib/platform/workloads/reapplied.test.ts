import { parseReapply, reapplyCommand } from '../../../../lib/config/reapply';
import { delivery } from '../delivery/fixture';
import { config, resources, synth } from '../../synth';

const configs = [config('dev', { delivery }), config('prod', { delivery })];
const TYPES = ['Custom::AWSCDK-EKS-KubernetesResource', 'Custom::AWSCDK-EKS-HelmChart'];

/** Properties of all resources of an app, by stack and logical id. */
function properties(reapply?: string): Map<string, { type: string; text: string }> {
  const { app, template } = synth({ configs, reapply });
  return new Map(
    app.node.children.flatMap(({ node: { id } }) =>
      id.startsWith('Erp')
        ? Object.entries(template(id).toJSON().Resources as Record<string, { Type: string; Properties?: object }>).map(
            ([logicalId, { Type, Properties }]): [string, { type: string; text: string }] => [
              `${id}/${logicalId}`,
              { type: Type, text: JSON.stringify(Properties) },
            ],
          )
        : [],
    ),
  );
}

test('a word changes everything that one environment holds in its cluster, and nothing else', () => {
  const before = properties();
  const after = properties('dev:1');
  const changed = [...after].filter(([id, { text }]) => before.get(id)?.text !== text).map(([id]) => id);
  const inCluster = [...before].filter(([id, { type }]) => TYPES.includes(type) && /^ErpDev(Delivery)?\//.test(id));
  expect([...after.keys()]).toEqual([...before.keys()]);
  expect(changed).toEqual(inCluster.map(([id]) => id));
  expect(changed.some((id) => id.startsWith('ErpDevDelivery/'))).toBe(true);
  expect(new Set(inCluster.map(([, { type }]) => type)).size).toBe(2);
});

test('another word is another change', () => {
  const releaseOf = (reapply: string) =>
    Object.values(resources(synth({ reapply }).template('ErpDev'), TYPES[1]!)).map(
      ({ Properties }) => Properties.Reapply,
    );
  expect(new Set([...releaseOf('dev:1'), ...releaseOf('dev:2')])).toEqual(new Set(['1', '2']));
});

test('the command that people are told is one that is understood', () => {
  const [, value] = /-c reapply=(.*)$/.exec(reapplyCommand('prod'))!;
  expect(parseReapply(value!.replace('$(date +%s)', '1764061200'))).toEqual({
    environment: 'prod',
    word: '1764061200',
  });
});

test.each([['dev'], ['test:1'], ['dev:'], ['dev:a b'], [true]])('%j is refused', (value) => {
  expect(() => parseReapply(value)).toThrow(
    `command line: -c reapply is ${JSON.stringify(value)}; allowed: dev:<word> or prod:<word>`,
  );
});
