import { KAFKA_NODES } from '../../../config/placement';
import type { Run } from '../programs';
import type { Bench } from './bench';

/** Something that happens to a cluster, after which all must have its place. */
export interface Step {
  readonly what: string;

  /** @returns the release or command that it was, whose success is asked for too; nothing where it was none */
  readonly happens: (bench: Bench) => Promise<Run[]>;

  /** Whether the table of places holds after it: it takes a new revision to spread what had to move together. */
  readonly spreads?: boolean;

  /** Whether Kafka in the cluster stands still after it, because the zone of its majorities is gone. */
  readonly stopsKafka?: boolean;
}

const release: Step['happens'] = async (bench) => [await bench.release()];
const change =
  (work: (bench: Bench) => Promise<void>): Step['happens'] =>
  async (bench) => {
    await work(bench);
    return [];
  };

/** In this order: each leaves the cluster as it found it, but for where the pods are. */
export function stepsFor({ nodes, majorityZone }: Pick<Bench, 'nodes' | 'majorityZone'>): Step[] {
  const isKafka = (name: string) =>
    nodes.find((node) => node.name === name)?.labels[KAFKA_NODES.key] === KAFKA_NODES.value;
  const services = nodes.filter(({ name }) => !isKafka(name)).map(({ name }) => name);
  const [first = ''] = services;
  const second = services.at(-1) ?? '';
  // Where a zone has two nodes, one that no other step asks for by its name.
  const spare = services.slice(1, -1).slice(0, 1);
  const zones = [...new Set(nodes.map(({ zone }) => zone))];
  return [
    { what: 'all services rolled at once', happens: release, spreads: true },
    { what: 'autoscalers at their maximum', happens: change((bench) => bench.scale('maxReplicas')), spreads: true },
    { what: 'a release at the maximum', happens: release, spreads: true },
    ...spare.map((name) => exchanged(name, ' at the maximum')),
    { what: 'back to the minimum', happens: change((bench) => bench.scale('minReplicas')) },
    { what: `node ${first} drained`, happens: (bench) => drain(bench, first) },
    { what: `node ${first} back`, happens: (bench) => uncordon(bench, first) },
    { what: 'a release after the drain', happens: release, spreads: true },
    { what: `node ${second} replaced`, happens: (bench) => replace(bench, second) },
    { what: 'a release after the replacement', happens: release, spreads: true },
    ...nodes
      .filter(({ name }) => isKafka(name))
      .slice(0, 1)
      .map(({ name }) => exchanged(name)),
    ...zones.flatMap((zone): Step[] => [
      {
        what: `zone ${zone} lost`,
        happens: change((bench) => bench.loseZone(zone)),
        stopsKafka: zone === majorityZone,
      },
      { what: `zone ${zone} back`, happens: change((bench) => bench.zoneReturns()) },
      { what: `a release after zone ${zone}`, happens: release, spreads: true },
    ]),
  ];
}

function exchanged(name: string, when = ''): Step {
  return { what: `node ${name} exchanged${when}`, happens: (bench) => exchange(bench, name) };
}

async function drain(bench: Bench, name: string): Promise<Run[]> {
  bench.away.add(name);
  return [await bench.kubectl(['drain', name, '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=45s'])];
}

async function uncordon(bench: Bench, name: string): Promise<Run[]> {
  bench.away.delete(name);
  return [await bench.kubectl(['uncordon', name])];
}

/** As a person does it: the old one goes, then its group starts another. */
async function replace(bench: Bench, name: string): Promise<Run[]> {
  const node = nodeOf(bench, name);
  const run = await drain(bench, name);
  await bench.terminate(node);
  await bench.join(node);
  return run;
}

/** As updates of EKS do it, and the runbook where no other node of the zone has room: the new one comes first. */
async function exchange(bench: Bench, name: string): Promise<Run[]> {
  const node = nodeOf(bench, name);
  await bench.join(node);
  const run = await drain(bench, name);
  await bench.terminate(node);
  return run;
}

function nodeOf({ nodes }: Bench, name: string) {
  const node = nodes.find((each) => each.name === name);
  if (!node) throw new Error(`there is no node ${name}`);
  return node;
}
