import { type NodeRoom, roomOf } from './instance-types';
import { configFile, valuesFile } from './environment';
import { parseQuantity } from './quantity';
import { ADDON_PODS, CONTROLLER_REQUESTS, type SystemPods } from './system-pods';
import { type Environment, type Values, child, mergeValues } from './values';

/** Pods of the controllers: two each of load balancer controller, secrets operator, its webhook and metrics-server, one of its certificates. */
const CONTROLLER_PODS = 9;

/** Most nodes a zone may have. */
const MOST_NODES = 100;

/**
 * What the reader of a synth must know when the service nodes, at the size they start with, do not hold all pods that the
 * autoscalers may ask for: nothing adds nodes by itself.
 *
 * @returns one sentence; undefined where they fit, or where the room of the instance type is not known
 */
export function capacityWarning(environment: Environment): string | undefined {
  const { config } = environment;
  const { instanceTypes, minSize } = config.kubernetes.serviceNodes;
  const rooms = instanceTypes.flatMap((type) => roomOf(type, false) ?? []);
  if (rooms.length < instanceTypes.length) return undefined;
  const zones = config.network.availabilityZones.length;
  const missing = (perZone: number) =>
    Math.max(...rooms.map((room) => withoutPlace(environment, room, zones * perZone)));
  const count = missing(minSize);
  if (count === 0) return undefined;
  const enough = Array.from({ length: MOST_NODES - minSize }, (_, i) => minSize + 1 + i).find(
    (size) => missing(size) === 0,
  );
  const promised = environment.values.services.reduce((sum, { maxReplicas }) => sum + maxReplicas, 0);
  const remedy = enough === undefined ? 'choose a larger type' : `set it to ${enough} or choose a larger type`;
  return `The autoscalers of ${valuesFile(config.name)} may ask for ${promised} pods, and ${count} of them find no place on ${zones * minSize} nodes of type ${instanceTypes.join(' or ')}; nothing adds nodes by itself. kubernetes.serviceNodes.minSize in ${configFile(config.name)} is ${minSize}: ${remedy}, or lower hpa.maxReplicas.`;
}

type Requests = Pick<NodeRoom, 'cpu' | 'memory'>;

/** Pods of services that nodes of a size do not hold, when each goes where most is free, as the scheduler has it. */
function withoutPlace({ config, values }: Environment, room: NodeRoom, nodes: number): number {
  const addons = Object.entries(ADDON_PODS)
    .filter(([name]) => name !== 'amazon-cloudwatch-observability' || config.observability.containerInsights)
    .flatMap(([, pods]) => pods);
  const isDaemon = ({ replicas }: SystemPods) => replicas === undefined;
  const xray = requestsOf(child(values.merged, 'xray'));
  const daemons = [...addons.filter(isDaemon).map(sumOf), ...(values.xrayNamespace ? [xray] : [])];
  const free = Array.from({ length: nodes }, () => ({ ...room }));
  for (const node of free) for (const daemon of daemons) take(node, daemon);
  const system = [
    ...addons.filter((pods) => !isDaemon(pods)).flatMap((pods) => repeat(pods.replicas ?? 0, sumOf(pods))),
    ...repeat(CONTROLLER_PODS, requestsOf({ resources: { requests: CONTROLLER_REQUESTS } })),
  ];
  const place = (pod: Requests): boolean => {
    const [best] = free.filter((node) => fits(node, pod)).sort((one, other) => other.cpu - one.cpu);
    if (best) take(best, pod);
    return best !== undefined;
  };
  for (const pod of system) place(pod);
  const sidecar = child(child(values.merged, 'xray'), 'sidecar').enabled === true ? xray : { cpu: 0, memory: 0 };
  const services = values.services.flatMap(({ key, maxReplicas }) => {
    const service = mergeValues(child(values.merged, 'serviceDefaults'), child(child(values.merged, 'services'), key));
    const own = requestsOf(service);
    return repeat(maxReplicas, { cpu: own.cpu + sidecar.cpu, memory: own.memory + sidecar.memory });
  });
  return services.sort((one, other) => other.cpu - one.cpu).filter((pod) => !place(pod)).length;
}

function fits(node: NodeRoom, { cpu, memory }: Requests): boolean {
  return node.pods >= 1 && node.cpu >= cpu && node.memory >= memory;
}

function take(node: { cpu: number; memory: number; pods: number }, { cpu, memory }: Requests): void {
  node.cpu -= cpu;
  node.memory -= memory;
  node.pods -= 1;
}

function sumOf({ containers }: SystemPods): Requests {
  return {
    cpu: containers.reduce((sum, [cpu]) => sum + cpu, 0),
    memory: containers.reduce((sum, [, memory]) => sum + memory, 0),
  };
}

/** Requests in a part of the values that has `resources`: millicores and MiB. */
function requestsOf(part: Values): Requests {
  const { cpu, memory } = child(child(part, 'resources'), 'requests');
  return { cpu: (parseQuantity(cpu) ?? 0) * 1000, memory: (parseQuantity(memory) ?? 0) / 2 ** 20 };
}

function repeat<T>(count: number, item: T): T[] {
  return Array.from({ length: count }, () => item);
}
