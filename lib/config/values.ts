import * as fs from 'fs';
import * as path from 'path';
import { type ErrorObject } from 'ajv';
import { version } from 'ajv/package.json';
import { LineCounter, parseDocument } from 'yaml';
import { compiledCheck } from './compiled-check';
import { type EnvironmentConfig, environmentId, secretName, valuesFile } from './environment';
import { KAFKA_NODES, SERVICE_NODES } from './placement';
import { type Problem } from './problems';
import { parseQuantity } from './quantity';
import { unknownKey } from './unknown-key';

/** A tree of Helm values. */
export interface Values {
  readonly [key: string]: unknown;
}

/** What the cloud side needs to know of one entry of the services map. */
export interface Service {
  /** Key in the services map, camel case. */
  readonly key: string;

  /** Name of its Kubernetes Service, Deployment and ServiceAccount: a DNS label. */
  readonly name: string;

  /** Port of the pods, the NLB listener and the target group. */
  readonly port: number;

  /** First path segment under /api that leads to it. */
  readonly route: string;

  /** Repository in the registry, such as `erp/notification-service`, without the registry. */
  readonly repository: string;

  /** Image tag in the values file. */
  readonly tag: string;

  /** Whether it connects to the Redis-compatible cache. */
  readonly usesRedis: boolean;

  /** Seconds that a leaving pod still gets its open connections. */
  readonly deregistrationDelay: number;

  /** Pods at most, outside of a rollout. */
  readonly maxReplicas: number;
}

/** What a priority class is for; the keys of the chart's `priorityClasses`. */
const PRIORITIES = ['services', 'messaging', 'agents'] as const;

export interface PriorityClass {
  readonly purpose: (typeof PRIORITIES)[number];
  readonly name: string;
  readonly value: number;
}

/** The chart's values of one environment: the one list of services, and what else the cloud side follows. */
export interface ChartValues {
  /** Folder of the chart that they belong to. */
  readonly chart: string;

  /** Content of `values-<env>.yaml` with what config says laid over it, as Helm gets it. */
  readonly overrides: Values;

  /** What the chart is told of the config: the part of the overrides that no values file has to say. */
  readonly facts: Values;

  /** `values.yaml` with the overrides on top, as templates see it. */
  readonly merged: Values;

  /** Enabled services, in the order of their keys. */
  readonly services: readonly Service[];

  /** Which Kafka the release uses; what exists stands in the config. */
  readonly kafkaMode: 'zookeeper' | 'kraft' | 'msk';

  /**
   * Namespace of the X-Ray DaemonSet.
   *
   * @default - there is no DaemonSet
   */
  readonly xrayNamespace?: string;

  /** Priority classes of the chart's pods. */
  readonly priorityClasses: readonly PriorityClass[];

  /** StorageClass of Kafka's volumes. */
  readonly storageClass: string;

  /**
   * Repository of the image that stands in for every service.
   *
   * @default - the services run their own images
   */
  readonly standIn?: string;
}

/** One environment, ready to build: its config and the chart's values. */
export interface Environment {
  readonly config: EnvironmentConfig;
  readonly values: ChartValues;
}

/** Port of the employee service on the NLB and on its own load balancer. */
export const EMPLOYEE_PORT = 8081;

/** Routes of the employee service under /api: first path segments, each of which leads to it with all below. */
export const EMPLOYEE_ROUTES = ['employees', 'attendance', 'quests', 'leaves'] as const;

/** Folder of the chart. */
export const CHART = path.join(__dirname, '..', '..', 'chart');

/** What config and the chart's values both know, in the chart's terms. Config is where it is said. */
export function chartFacts({ name, region, network }: Pick<EnvironmentConfig, 'name' | 'region' | 'network'>): Values {
  const namespace = environmentId(name);
  return {
    environment: name,
    namespace,
    region,
    employeeService: { port: EMPLOYEE_PORT },
    networkPolicy: { vpcCidr: network.cidr },
    messagingNodes: { majorityZone: firstOf(network.availabilityZones) },
    secrets: { mysql: { key: secretName(name, 'mysql') }, mongodb: { key: secretName(name, 'mongodb') } },
    xray: { daemonSet: { namespace: `${namespace}-xray` } },
  };
}

/**
 * Reads and checks `chart/values.yaml` and `chart/values-<env>.yaml`.
 *
 * @param chart folder of the chart
 * @returns the values, and every problem found; with problems the values are not fit for use
 */
export function readChartValues(
  config: Pick<EnvironmentConfig, 'name' | 'region' | 'network' | 'standIns'>,
  chart: string = CHART,
): { values: ChartValues; problems: Problem[] } {
  const file = valuesFile(config.name);
  const shared = readYaml(chart, 'chart/values.yaml');
  const own = readYaml(chart, file);
  const facts = chartFacts(config);
  const overrides = [own.values, facts, config.standIns ? { standIn: { enabled: true } } : {}].reduce(mergeValues);
  const merged = mergeValues(shared.values, overrides);
  const files = new ValuesFiles(own.values, file);
  const unreadable = [...shared.problems, ...own.problems];
  const problems =
    unreadable.length > 0
      ? // What cannot be read has no values, and the lack of them would be said as well.
        unreadable
      : [
          ...contradictions(file, own.values, facts),
          ...emptyEntries(file, own.values),
          ...serviceProblems(files, merged),
          ...placementProblems(files, merged),
          ...passwordProblems(files, merged),
          ...schemaProblems(files, merged, fs.readFileSync(path.join(chart, 'values.schema.json'), 'utf8')),
        ];
  const xrayDaemons = child(child(merged, 'xray'), 'daemonSet');
  return {
    problems: problems
      // The schema comes last and has the least to say: what it finds at a field of which more is known is left out.
      .filter(({ file: at, field }, i) => problems.findIndex((one) => one.file === at && one.field === field) === i)
      .map((problem) =>
        PASSWORD_IN_URI.test(JSON.stringify(problem.value)) ? { ...problem, value: HIDDEN } : problem,
      ),
    values: {
      chart,
      overrides,
      facts,
      merged,
      services: enabledServices(merged).map(([key, service]) => ({
        key,
        name: text(service.name),
        port: numeric(service.port),
        route: text(child(service, 'api').route),
        repository: text(child(service, 'image').repository).replace(/^[^/]*[.:][^/]*\//, ''),
        tag: text(child(service, 'image').tag),
        usesRedis: child(service, 'uses').redis === true,
        deregistrationDelay: numeric(child(service, 'termination').deregistrationDelaySeconds),
        maxReplicas: numeric(child(service, 'hpa').enabled ? child(service, 'hpa').maxReplicas : service.replicaCount),
      })),
      kafkaMode: child(merged, 'kafka').mode as ChartValues['kafkaMode'],
      xrayNamespace: xrayDaemons.enabled ? text(xrayDaemons.namespace) : undefined,
      priorityClasses: PRIORITIES.map((purpose) => {
        const { name, value } = child(child(merged, 'priorityClasses'), purpose);
        return { purpose, name: text(name), value: numeric(value) };
      }),
      storageClass: text(child(merged, 'storageClass').name),
      ...(child(merged, 'standIn').enabled === true && {
        standIn: text(child(child(merged, 'standIn'), 'image').repository),
      }),
    },
  };
}

/** Of what a config may leave out, and the values are read all the same. */
function firstOf(zones: readonly string[] | null | undefined): string {
  return zones?.[0] ?? '';
}

/** Helm's way to lay one tree of values over another: maps merge, everything else replaces, null deletes. */
export function mergeValues(base: Values, over: Values): Values {
  const result = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const below = result.get(key);
    if (value === null) result.delete(key);
    else result.set(key, isMap(below) && isMap(value) ? mergeValues(below, value) : value);
  }
  return Object.fromEntries(result);
}

/** Map under a key, or an empty one. */
export function child(values: Values, key: string): Values {
  const value = values[key];
  return isMap(value) ? value : {};
}

// Of what should be one value: a map or list in its place is for the schema to refuse, and has no text of its own if it
// names a key toString.
function text(value: unknown): string {
  return value instanceof Object ? '' : String(value);
}

function numeric(value: unknown): number {
  return value instanceof Object ? NaN : Number(value);
}

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Content of a YAML file of the chart, and what keeps it from being read: with its line and column, as editors open it. */
function readYaml(chart: string, file: string): { values: Values; problems: Problem[] } {
  let text: string;
  try {
    text = fs.readFileSync(path.join(chart, path.basename(file)), 'utf8');
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException;
    const missing = code === 'ENOENT';
    const allowed = missing
      ? 'a file with what differs from chart/values.yaml, such as chart/values-dev.yaml'
      : 'a file that can be read';
    return { values: {}, problems: [{ file, field: 'the file', value: missing ? undefined : code, allowed }] };
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const lines = text.split(/\r?\n/);
  const problems = document.errors.map(({ pos: [offset], message }): Problem => {
    const { line, col } = lineCounter.linePos(offset);
    // A password may stand in the line, and what cannot be parsed cannot tell.
    const value = (lines[line - 1] ?? '').trim().replace(/(: *).*/s, '$1…');
    return { file: `${file}:${line}:${col}`, field: 'the line', value, allowed: `YAML: ${message}` };
  });
  if (problems.length > 0) return { values: {}, problems };
  try {
    const content: unknown = document.toJS();
    if (content === null || isMap(content)) return { values: content ?? {}, problems };
    problems.push({ file, field: 'the file', value: content, allowed: 'a map of values' });
  } catch (error) {
    // An alias of no anchor, or of too many.
    problems.push({ file, field: 'the file', value: 'YAML', allowed: `YAML: ${(error as Error).message}` });
  }
  return { values: {}, problems };
}

/** Tells in which file a value was written, for the messages. */
class ValuesFiles {
  constructor(
    private readonly own: Values,
    private readonly file: string,
  ) {}

  /** The environment's file where it says anything at one of the paths, otherwise the one that all environments share. */
  of(...paths: (readonly string[])[]): string {
    const isWritten = (at: readonly string[]) =>
      at.reduce<unknown>(
        (value, key) => (isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined),
        this.own,
      ) !== undefined;
    return paths.some(isWritten) ? this.file : 'chart/values.yaml';
  }

  /** Of a field of a service, which may stand in its entry or in the defaults. */
  ofService(key: string, field: string): string {
    const parts = field.replace(/\[.*/, '').split('.');
    return this.of(['services', key, ...parts], ['serviceDefaults', ...parts]);
  }
}

/** What a values file says otherwise than config. It need not say it at all. */
function contradictions(file: string, written: Values, facts: Values, above = ''): Problem[] {
  return Object.entries(facts).flatMap(([key, fact]): Problem[] => {
    const value = written[key];
    const field = `${above}${key}`;
    if (isMap(fact)) return isMap(value) ? contradictions(file, value, fact, `${field}.`) : [];
    // Empty is the chart's word for what follows from the rest.
    if (value === undefined || value === '' || value === fact) return [];
    return [{ file, field, value, allowed: `${String(fact)}, or nothing: the app says it itself` }];
  });
}

/** Entries without content. Helm takes one for the wish to remove what stands below it. */
function emptyEntries(file: string, written: Values): Problem[] {
  return Object.entries(child(written, 'services'))
    .filter(([, entry]) => entry === null)
    .map(([key, value]) => ({
      file,
      field: `services.${key}`,
      value,
      allowed: 'an entry with name, port and image.repository; `enabled: false` leaves a service out',
    }));
}

/** Enabled entries of the services map with the service defaults below them, by key. */
function enabledServices(values: Values): [string, Values][] {
  const defaults = child(values, 'serviceDefaults');
  return Object.entries(child(values, 'services'))
    .map(([key, service]): [string, Values] => [key, mergeValues(defaults, isMap(service) ? service : {})])
    .filter(([, service]) => service.enabled !== false)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function schemaProblems(files: ValuesFiles, values: Values, schema: string): Problem[] {
  const validate = compiledCheck('values-schema', [version, schema], () => schema);
  return validate(values)
    ? []
    : (validate.errors ?? [])
        .filter(({ keyword }) => !['if', 'propertyNames'].includes(keyword))
        .map((error) => toProblem(files, error));
}

function toProblem(
  files: ValuesFiles,
  { instancePath, keyword, params, message, data, parentSchema, propertyName }: ErrorObject,
): Problem {
  const segments = instancePath
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  const problem = (at: readonly string[], value: unknown, allowed: string): Problem => ({
    // What is missing belongs where the rest of its entry stands.
    file: files.of(keyword === 'required' ? segments : at),
    field: at.join('.'),
    value,
    allowed,
  });
  if (keyword === 'additionalProperties') {
    const known = Object.keys((parentSchema as { properties?: object }).properties ?? {});
    const unknown = String(params.additionalProperty);
    return problem(
      [...segments, unknown],
      (data as Values)[unknown],
      known.length ? unknownKey(unknown, known) : `no such key; ${message}`,
    );
  }
  if (keyword === 'required') {
    return problem([...segments, String(params.missingProperty)], undefined, 'a value: the key is required');
  }
  if (keyword === 'enum') return problem(segments, data, (params.allowedValues as unknown[]).join(', '));
  const { description } = parentSchema as { description?: string };
  // Of a name, the schema tells the map that it stands in.
  const at = propertyName === undefined ? segments : [...segments, propertyName];
  return problem(at, data, [message ?? keyword, description].filter(Boolean).join(': '));
}

/** Whether the pods that the chart makes find nodes, and keep off the tainted ones. */
function placementProblems(files: ValuesFiles, values: Values): Problem[] {
  const problems: Problem[] = [];
  const nodes = child(values, 'messagingNodes');
  for (const [field, allowed] of Object.entries(KAFKA_NODES)) {
    if (nodes[field] !== allowed) {
      problems.push({
        file: files.of(['messagingNodes', field]),
        field: `messagingNodes.${field}`,
        value: nodes[field],
        allowed: `${allowed}, as on the Kafka node groups`,
      });
    }
  }
  for (const [key, service] of enabledServices(values)) {
    const selected = child(service, 'nodeSelector')[SERVICE_NODES.key];
    if (selected !== undefined && selected !== SERVICE_NODES.value) {
      problems.push({
        file: files.ofService(key, 'nodeSelector'),
        field: `services.${key}.nodeSelector.${SERVICE_NODES.key}`,
        value: selected,
        allowed: `${SERVICE_NODES.value}: the other nodes belong to Kafka`,
      });
    }
    const tolerations = Array.isArray(service.tolerations) ? service.tolerations.filter(isMap) : [];
    tolerations.forEach((toleration, i) => {
      if (toleration.key === undefined || toleration.key === KAFKA_NODES.key) {
        problems.push({
          file: files.ofService(key, 'tolerations'),
          field: `services.${key}.tolerations[${i}]`,
          value: toleration,
          allowed: `no toleration of the taint ${KAFKA_NODES.key}: those nodes belong to Kafka`,
        });
      }
    });
  }
  return problems;
}

/** In place of a password, which is not to be printed once more. */
const HIDDEN = '***';

/** A user's password in a URI, unless it is a reference to another variable, as Kubernetes resolves them. */
const PASSWORD_IN_URI = /:\/\/[^/@\s]*:(?!\$\()[^/@\s]+@/;

/** Passwords in values. The chart refuses those of variables too, for whoever installs it without this app. */
function passwordProblems(files: ValuesFiles, values: Values): Problem[] {
  return leaves(values).flatMap(([at, value]) => {
    const [, service] = /^services\.([^.]+)$/.exec(at.slice(0, -2).join('.')) ?? [];
    const isVariable = at.at(-2) === 'env' && (service !== undefined || at[0] === 'serviceDefaults');
    const name = at.at(-1) ?? '';
    const isPassword =
      isVariable && /(PASSWORD|SECRET_ACCESS_KEY)$/.test(name) && value !== '' && !text(value).startsWith('$(');
    if (!isPassword && !PASSWORD_IN_URI.test(text(value))) return [];
    return [
      {
        file: files.of(at),
        field: at.join('.'),
        value: HIDDEN,
        allowed: !isVariable
          ? 'no password: values are kept in Git'
          : /^(SPRING_DATA_)?MONGODB_URI$/.test(name)
            ? 'no password: the URI belongs into Secrets Manager, from where uses.mongodb brings it'
            : `no password: keep it in a Kubernetes secret and name that in ${at.slice(0, -2).join('.')}.secretEnv`,
      },
    ];
  });
}

/** Everything in a tree that is no map, with its path. */
function leaves(values: Values, above: readonly string[] = []): [readonly string[], unknown][] {
  return Object.entries(values).flatMap(([key, value]) =>
    isMap(value) ? leaves(value, [...above, key]) : [[[...above, key], value] as [readonly string[], unknown]],
  );
}

function serviceProblems(files: ValuesFiles, values: Values): Problem[] {
  const problems: Problem[] = [];
  const report = (key: string, field: string, value: unknown, allowed: string) =>
    problems.push({ file: files.ofService(key, field), field: `services.${key}.${field}`, value, allowed });
  const ports = new Map<unknown, string>([[EMPLOYEE_PORT, 'the employee service']]);
  const routes = new Map<unknown, string>(EMPLOYEE_ROUTES.map((route) => [route, 'the employee service']));
  const names = new Map<unknown, string>([['employee-service', 'the employee service']]);
  const unique = (seen: Map<unknown, string>, key: string, field: string, value: unknown) => {
    const owner = seen.get(value);
    if (owner) report(key, field, value, `a value of its own: ${owner} has this one`);
    else seen.set(value, `services.${key}`);
  };

  for (const [key, service] of enabledServices(values)) {
    const { port, name } = service;
    if (!Number.isInteger(port) || Number(port) < 1 || Number(port) > 65535) {
      report(key, 'port', port, 'a whole number from 1 to 65535');
    } else {
      unique(ports, key, 'port', port);
    }
    if (typeof name !== 'string' || !/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) {
      report(
        key,
        'name',
        name,
        'a DNS label: lower-case letters, digits and hyphens, starting with a letter, at most 63',
      );
    } else {
      unique(names, key, 'name', name);
    }
    const { route } = child(service, 'api');
    if (typeof route !== 'string' || !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(route)) {
      report(key, 'api.route', route, 'one path segment of lower-case letters, digits and hyphens');
    } else {
      unique(routes, key, 'api.route', route);
    }

    const { minReplicas, maxReplicas } = child(service, 'hpa');
    if (numeric(minReplicas) > numeric(maxReplicas)) {
      report(key, 'hpa.minReplicas', minReplicas, `at most hpa.maxReplicas (${maxReplicas})`);
    }
    const resources = child(service, 'resources');
    for (const resource of ['cpu', 'memory']) {
      const request = child(resources, 'requests')[resource];
      const limit = child(resources, 'limits')[resource];
      for (const [kind, value] of Object.entries({ requests: request, limits: limit })) {
        if (value !== undefined && parseQuantity(value) === undefined) {
          report(key, `resources.${kind}.${resource}`, value, 'a Kubernetes quantity such as 500m or 256Mi');
        }
      }
      if ((parseQuantity(limit) ?? Infinity) < (parseQuantity(request) ?? 0)) {
        report(key, `resources.limits.${resource}`, limit, `at least resources.requests.${resource} (${request})`);
      }
    }
    const { tag } = child(service, 'image');
    if (values.movingTags === false && tag === 'latest') {
      report(key, 'image.tag', tag, 'a commit or version: latest does not say what runs, and movingTags is false');
    }
  }
  return problems;
}
