import type { Part } from '../rehearsal';
import { Cluster } from './cluster';
import { Lifecycle, assembliesOf, pipelineOf } from './lifecycle';
import { nodesOf } from './nodes';
import { REMOVAL, SCENARIOS } from './scenarios';

/** What is not the real thing in the cluster, and why. */
const STAND_INS: readonly (readonly [what: string, why: string])[] = [
  [
    'machines and their kubelets',
    'pods start, become ready and end in the time of theirs; nothing runs in their containers',
  ],
  ['EBS driver', 'volumes are made in the zone of the pod, without disks'],
  ['External Secrets Operator', 'makes secrets of made-up values while one of its pods is ready'],
  [
    'AWS Load Balancer Controller',
    'registers pods, with the emulator of AWS where it stands, and opens their readiness gates while one of its pods is ready',
  ],
  ['metrics-server', 'says of each pod that it uses a share of what it requests'],
  ['CloudFormation inside of the cluster', "calls CDK's own handler in the order of DependsOn, and rolls back"],
  ['AWS CLI', "answers the calls of CDK's handler and of the release script"],
];

/** Everything that the environment puts into its cluster, on a real control plane. */
export function clusterPart(): Part {
  let standing: { readonly cluster: Cluster; readonly lifecycle: Lifecycle; isWhole: boolean } | undefined;
  return {
    name: 'cluster',
    run: async (rehearsal) => {
      const { assembly, environment, journal, stage } = rehearsal;
      const assemblies = assembliesOf(rehearsal);
      const cluster = await Cluster.start({
        rehearsal,
        nodes: nodesOf(assembly, environment.config.name),
        users: [pipelineOf(environment)],
      });
      const { version } = environment.config.kubernetes;
      journal.props.push(
        { part: 'cluster', what: 'etcd and the three programs of Kubernetes', likeness: 'real', why: `of ${version}` },
        {
          part: 'cluster',
          what: "helm, kubectl and CDK's kubectl handler",
          likeness: 'real',
          why: 'of the deployment',
        },
        ...STAND_INS.map(([what, why]) => ({ part: 'cluster' as const, what, likeness: 'stand-in' as const, why })),
        ...cluster.charts.map(({ name, version: chart, real }) => ({
          part: 'cluster' as const,
          what: `chart ${name} ${chart}`,
          likeness: real ? ('real' as const) : ('stand-in' as const),
          why: real ? chart : 'same kinds, names, pods and requests; --charts takes the published ones',
        })),
      );
      stage.cluster = { kubeconfig: cluster.controlPlane.kubeconfig() };
      journal.kept.push(`export KUBECONFIG=${stage.cluster.kubeconfig}`);
      const lifecycle = new Lifecycle(cluster, rehearsal, assemblies);
      standing = { cluster, lifecycle, isWhole: false };
      standing.isWhole = await lifecycle.play(SCENARIOS);
    },
    remove: async () => {
      if (standing?.isWhole) await standing.lifecycle.play(REMOVAL);
      await standing?.cluster.stop();
    },
  };
}
