import { type EnvironmentConfig, stackPrefix } from '../../../../lib/config/environment';
import type { Template } from '../../../../lib/assembly/assembly';
import { CONFIGS, type EnvironmentName, chartWith, config, synth } from '../../synth';

const kafkaNodes = CONFIGS.dev.kubernetes.kafkaNodes!;
const msk = CONFIGS.prod.msk!;

/** What exists, and which of it the release uses. */
interface State {
  readonly nodes: boolean;
  readonly msk: boolean;
  readonly mode: 'zookeeper' | 'kraft' | 'msk';
}

type Deployed = Map<string, Template>;

/** Stacks of an environment in the order of their deployment, with their templates. */
function stacks(environment: EnvironmentName, state: State): [string, Template][] {
  const exists: EnvironmentConfig = {
    ...config(environment, { kubernetes: { kafkaNodes: state.nodes ? kafkaNodes : undefined } }),
    msk: state.msk ? msk : undefined,
  };
  const app = synth({ configs: [exists], chart: chartWith(environment, { kafka: { mode: state.mode } }) });
  return app.assembly().stacks.map(({ stackName, template }) => [stackName, template as Template]);
}

/** Values below every key of that name. */
function under(value: unknown, wanted: string): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => (key === wanted ? [below] : under(below, wanted)));
}

const resourcesOf = (template: Template | undefined, type: string) =>
  Object.values(template?.Resources ?? {}).filter(({ Type }) => Type === type);
const exportsOf = ({ Outputs = {} }: Template) => under(under(Outputs, 'Export'), 'Name');

/** Why CloudFormation would refuse a stack beside those that are deployed. */
function refusals(name: string, template: Template, deployed: Deployed): string[] {
  const others = [...deployed].filter(([other]) => other !== name);
  const inUse = others.flatMap(([other, theirs]) =>
    under(theirs, 'Fn::ImportValue').map((value) => ({ other, value })),
  );
  const before = deployed.get(name);
  const gone = (before ? exportsOf(before) : []).filter((value) => !exportsOf(template).includes(value));
  const exported = others.flatMap(([, theirs]) => exportsOf(theirs));
  return [
    ...inUse.filter(({ value }) => gone.includes(value)).map(({ other, value }) => `${other} imports ${String(value)}`),
    ...under(template, 'Fn::ImportValue')
      .filter((value) => !exported.includes(value))
      .map((value) => `nobody exports ${String(value)}`),
    ...(under(template, 'Fn::GetStackOutput') as { StackName: string; OutputName: string }[])
      .filter(({ StackName, OutputName }) => !deployed.get(StackName)?.Outputs?.[OutputName])
      .map(({ StackName, OutputName }) => `${StackName} has no output ${OutputName}`),
  ];
}

/** What the deployed release needs of Kafka and does not find. */
function missing(prefix: string, deployed: Deployed): string[] {
  const [release] = resourcesOf(deployed.get(prefix), 'Custom::AWSCDK-EKS-HelmChart').filter(
    ({ Properties }) => Properties?.Release === 'erp-microservices',
  );
  if (!release) return [];
  const mode = /\\?"mode\\?":\\?"(zookeeper|kraft|msk)/.exec(JSON.stringify(release.Properties?.Values))?.[1];
  if (mode === 'msk') {
    const reachable = resourcesOf(deployed.get(prefix), 'AWS::EC2::SecurityGroupIngress').some(
      ({ Properties }) => Properties?.FromPort === 9094,
    );
    return [
      ...(resourcesOf(deployed.get(`${prefix}Data`), 'AWS::MSK::Cluster').length > 0 ? [] : ['MSK is gone']),
      ...(reachable ? [] : ['pods do not reach MSK']),
    ];
  }
  const nodes = resourcesOf(deployed.get(`${prefix}Cluster`), 'AWS::EKS::Nodegroup').filter(
    ({ Properties }) => (Properties?.Labels as { workload?: string }).workload === 'kafka',
  );
  return mode && nodes.length === 2 ? [] : [`mode ${mode} has ${nodes.length} node groups`];
}

describe.each([
  ['dev', 'zookeeper'],
  ['prod', 'kraft'],
] as const)('Kafka of %s moves', (environment, mode) => {
  const prefix = stackPrefix(environment);
  const states = {
    'nodes only': { nodes: true, msk: false, mode },
    'both, MSK in use': { nodes: true, msk: true, mode: 'msk' },
    'MSK only': { nodes: false, msk: true, mode: 'msk' },
    'both, nodes in use': { nodes: true, msk: true, mode },
  } satisfies Record<string, State>;
  const built = new Map(Object.entries(states).map(([name, state]) => [name, stacks(environment, state)]));

  function walk(path: readonly (keyof typeof states)[]): string[] {
    const deployed: Deployed = new Map();
    return path.flatMap((state) =>
      built.get(state)!.flatMap(([name, template]) => {
        const refused = refusals(name, template, deployed);
        deployed.set(name, template);
        return [...refused, ...missing(prefix, deployed)].map((problem) => `${state}, ${name}: ${problem}`);
      }),
    );
  }

  test('to MSK and back, in two deployments each: nothing is refused, and what the release uses is always there', () => {
    expect(walk(['nodes only', 'both, MSK in use', 'MSK only', 'both, nodes in use', 'nodes only'])).toEqual([]);
  });

  test('from MSK to the nodes and back, for an environment that began with it', () => {
    expect(walk(['MSK only', 'both, nodes in use', 'nodes only', 'both, MSK in use', 'MSK only'])).toEqual([]);
  });

  test('back at once, while both exist', () => {
    expect(walk(['nodes only', 'both, MSK in use', 'both, nodes in use', 'nodes only'])).toEqual([]);
  });

  test('not in one deployment: Kafka would be gone before the release has left it', () => {
    expect(walk(['nodes only', 'MSK only'])).toContain(`MSK only, ${prefix}Cluster: mode ${mode} has 0 node groups`);
    expect(walk(['MSK only', 'nodes only'])).toContain(`nodes only, ${prefix}Data: MSK is gone`);
  });
});
