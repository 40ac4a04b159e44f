import { type Environment } from '../../../../lib/config';
import { estimateCost } from '../../../../lib/tools/cost/estimate';
import { assemble } from '../../../../lib/assembly/app';
import { type Assembly, readAssembly, resourcesOf, stacksOf } from '../../../../lib/assembly/assembly';
import { removalPlan } from '../../../../lib/tools/operations/destroy/plan';
import { modelOf } from '../../../../lib/tools/picture/model';
import { CONFIGS, chartWith, config, loadEnvironments, temporaryFolder } from '../../synth';

const kafkaNodes = CONFIGS.dev.kubernetes.kafkaNodes;
const msk = CONFIGS.prod.msk;

/** Stacks of an environment in a state that a move of Kafka passes through. */
function platform(name: 'dev' | 'prod', nodes: boolean, managed: boolean, mode: string) {
  const directory = temporaryFolder();
  const environments = loadEnvironments(
    [
      {
        ...config(name, { kubernetes: { kafkaNodes: nodes ? kafkaNodes : undefined } }),
        msk: managed ? msk : undefined,
      },
    ],
    chartWith(name, { kafka: { mode } }),
  ) as [Environment];
  const { assets, ...assembly } = assemble({ environments, directory, today: '2026-11-23' });
  const stacks = stacksOf(assembly, name);
  return { stacks, assets, directory, config: environments[0].config };
}

/** Where services find Kafka in the picture, by the titles of the boxes. */
function kafkaInPicture(assembly: Pick<Assembly, 'stacks' | 'assets'>): string[] {
  const { groups, arrows } = modelOf(assembly);
  const boxes = groups.flatMap((group) => [group, ...group.groups]).flatMap((group) => group.boxes);
  const title = (id: string) => boxes.find((box) => box.id === id)?.title;
  return [
    ...new Set(
      arrows
        .filter(({ from }) => title(from) === 'approval-request-service')
        .map(({ to }) => title(to) ?? '')
        .filter((to) => /Kafka|MSK/.test(to)),
    ),
  ];
}

describe.each(['dev', 'prod'] as const)('commands of %s understand Kafka', (name) => {
  test.each([
    ['in the cluster', true, false, 'kraft', 'Kafka'],
    ['in the cluster, MSK standing by', true, true, 'kraft', 'Kafka'],
    ['on MSK, its nodes standing by', true, true, 'msk', 'Amazon MSK'],
    ['on MSK', false, true, 'msk', 'Amazon MSK'],
  ])('%s', (_, nodes, managed, mode, drawn) => {
    const { stacks, assets, directory, config: exists } = platform(name, nodes, managed, mode);

    expect(kafkaInPicture({ stacks, assets })).toEqual([drawn]);

    const billed = estimateCost(readAssembly(directory), name, '2026-11-23').items.map(({ item }) => item);
    expect(billed.some((item) => /t3\.large nodes/.test(item))).toBe(nodes);
    expect(billed.some((item) => /brokers/.test(item))).toBe(managed);

    const keepsNetwork = removalPlan(exists, stacks).stays.map((stack) => stack.name);
    expect(keepsNetwork).toEqual(name === 'prod' && managed ? ['ErpProdNetwork', 'ErpProdData'] : []);

    const alarms = resourcesOf(stacks, 'AWS::CloudWatch::Alarm').map(({ properties }) => properties.AlarmName);
    expect(alarms.includes(`erp-${name}-kafka-offline`)).toBe(managed);
  });
});
