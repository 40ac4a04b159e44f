import { type Resource, readAssembly } from '../../../../lib/assembly/assembly';
import { type Chain, CriticalPath, firstDeployment } from '../../../../lib/tools/review/critical-path';
import { PER_STACK } from '../../../../lib/tools/review/durations';
import { assemblyStack } from '../../assembly/stack';
import { CONFIGS, synth } from '../../synth';

const stack = (name: string, Resources: Record<string, Resource>, dependencies: string[] = []) =>
  assemblyStack(name, { Resources }, { dependencies });

const links = ({ links: all }: Chain) => all.map(({ path, seconds }) => [path, seconds]);
const resource = (Properties = {}, DependsOn?: string[]): Resource => ({ Type: 'Some::Thing', Properties, DependsOn });

describe('the longest chain', () => {
  const seconds = new Map([
    ['A', 10],
    ['B', 20],
    ['C', 30],
    ['D', 40],
    ['E', 1],
  ]);
  const below = stack('Below', {
    A: resource(),
    B: resource({ Name: { Ref: 'A' } }),
    C: resource({ Name: { 'Fn::GetAtt': ['A', 'Arn'] } }),
    D: resource({ Text: { 'Fn::Sub': 'x-${E.Arn}' } }),
    E: resource({}, ['B']),
  });
  const above = stack('Above', { A: resource() }, ['Below']);
  const beside = stack('Beside', { D: resource() });
  const path = new CriticalPath([above, beside, below], () => ({ seconds }));

  test('follows Ref, GetAtt, Sub and DependsOn', () => {
    expect(links(path.toResource(below, 'D'))).toEqual([
      ['A', 10],
      ['B', 20],
      ['E', 1],
      ['D', 40],
    ]);
    expect(path.toResource(below, 'C').seconds).toBe(PER_STACK + 10 + 30);
  });

  test('waits for a whole stack below, and for none beside', () => {
    expect(path.toResource(above, 'A').seconds).toBe(PER_STACK + 71 + PER_STACK + 10);
    expect(path.toStack(beside).seconds).toBe(PER_STACK + 40);
    expect(path.toEnd()).toEqual(path.toStack(above));
  });

  test('goes through a stack that the deployment leaves alone', () => {
    const through = stack('Through', { A: resource() }, ['Below']);
    const top = stack('Top', { A: resource() }, ['Through']);
    const partly = new CriticalPath([below, through, top], ({ name }) =>
      name === 'Through' ? undefined : { seconds },
    );
    expect(partly.toEnd().seconds).toBe(PER_STACK + 71 + PER_STACK + 10);
  });

  test('ends with what goes', () => {
    const removals = [5, 50, 7].map((time) => ({ stack: 'Beside', path: 'Old', seconds: time, deleted: true }));
    const chain = new CriticalPath([beside], () => ({ seconds, removals })).toEnd();
    expect(chain.seconds).toBe(PER_STACK + 40 + 50);
    expect(chain.links.at(-1)).toMatchObject({ path: 'Old', deleted: true });
  });
});

describe('the first deployment of dev', () => {
  const { stacks } = readAssembly(synth({ configs: [CONFIGS.dev] }).assembly().directory);
  const path = firstDeployment(stacks);
  const [workloads, release] = stacks
    .flatMap((one) => Object.entries(one.resources).map(([id, { Properties }]) => [one, id, Properties] as const))
    .find(([, , properties]) => properties?.Release === 'erp-microservices')!;
  const chain = path.toResource(workloads, release);

  test('comes to the first pod in 1,000 s', () => {
    expect(chain.seconds - chain.links.at(-1)!.seconds).toBeLessThanOrEqual(1000);
  });

  test('waits on the way there for the cluster, not for database, function or CloudFront', () => {
    expect([...new Set(chain.links.map((link) => link.stack))]).toEqual(['ErpDevNetwork', 'ErpDevCluster', 'ErpDev']);
  });

  test('is over in 20 minutes', () => {
    expect(path.toEnd().seconds).toBeLessThanOrEqual(1200);
  });
});
