import { createHash } from 'crypto';
import * as fs from 'fs';
import * as path from 'path';
import { type ErrorObject, type ValidateFunction } from 'ajv';
import { version } from 'ajv/package.json';
import { parse } from 'yaml';
import { cached } from '../cache';
import type * as compileSchema from './compile-schema';
import { type EnvironmentConfig, environmentId, valuesFile } from './environment';
import { KAFKA_NODES, SERVICE_NODES } from './placement';
import { type Problem } from './problems';
import { parseQuantity } from './quantity';

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
}

/** The chart's values of one environment: the one list of services, and what else the cloud side follows. */
export interface ChartValues {
  /** Content of `values-<env>.yaml`, as Helm gets it. */
  readonly overrides: Values;

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

/**
 * Reads and checks `chart/values-<env>.yaml`.
 *
 * @param chart folder of the chart
 * @returns the values, and every problem found; with problems the values are not fit for use
 */
export function readChartValues(
  { name: environment, standIns = false }: Pick<EnvironmentConfig, 'name' | 'standIns'>,
  chart: string = CHART,
): { values: ChartValues; problems: Problem[] } {
  const file = valuesFile(environment);
  const defaults = readYaml(path.join(chart, 'values.yaml'));
  const written = readYaml(path.join(chart, path.basename(file)));
  const overrides = standIns ? mergeValues(written, { standIn: { enabled: true } }) : written;
  const merged = mergeValues(defaults, overrides);
  const xrayDaemons = child(child(merged, 'xray'), 'daemonSet');
  const problems = [
    ...schemaProblems(file, merged, fs.readFileSync(path.join(chart, 'values.schema.json'), 'utf8')),
    ...namespaceProblems(file, merged, environment),
    ...serviceProblems(file, merged, environment),
    ...placementProblems(file, merged),
    ...passwordProblems(file, merged),
  ];
  return {
    problems,
    values: {
      overrides,
      merged,
      services: enabledServices(merged).map(([key, service]) => ({
        key,
        name: String(service.name),
        port: Number(service.port),
        route: String(child(service, 'api').route),
        repository: String(child(service, 'image').repository).replace(/^[^/]*[.:][^/]*\//, ''),
        tag: String(child(service, 'image').tag),
        usesRedis: child(service, 'uses').redis === true,
        deregistrationDelay: Number(child(service, 'termination').deregistrationDelaySeconds),
      })),
      kafkaMode: child(merged, 'kafka').mode as ChartValues['kafkaMode'],
      xrayNamespace: xrayDaemons.enabled
        ? String(xrayDaemons.namespace || `${environmentId(environment)}-xray`)
        : undefined,
      storageClass: String(child(merged, 'storageClass').name),
      ...(child(merged, 'standIn').enabled === true && {
        standIn: String(child(child(merged, 'standIn'), 'image').repository),
      }),
    },
  };
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

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readYaml(file: string): Values {
  const content: unknown = parse(fs.readFileSync(file, 'utf8'));
  return isMap(content) ? content : {};
}

/** Enabled entries of the services map with the service defaults below them, by key. */
function enabledServices(values: Values): [string, Values][] {
  const defaults = child(values, 'serviceDefaults');
  return Object.entries(child(values, 'services'))
    .map(([key, service]): [string, Values] => [key, mergeValues(defaults, isMap(service) ? service : {})])
    .filter(([, service]) => service.enabled !== false)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The check that a schema describes. Compiling takes longer than all checks together, so the code is kept. */
function schemaCheck(schema: string): ValidateFunction {
  const compiler = require.resolve('./compile-schema');
  const parts = [version, fs.readFileSync(compiler), schema];
  const hash = parts.reduce((all, part) => all.update(part), createHash('sha256')).digest('hex');
  const code = cached(path.join('values-schema', `${hash}.js`), (file) => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only where it is used
    const { compile } = require(compiler) as typeof compileSchema;
    fs.writeFileSync(file, compile(schema));
  });
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- just written
  return require(code) as ValidateFunction;
}

function schemaProblems(file: string, values: Values, schema: string): Problem[] {
  const validate = schemaCheck(schema);
  return validate(values)
    ? []
    : (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if').map((error) => toProblem(file, error));
}

function toProblem(file: string, { instancePath, keyword, params, message, data, parentSchema }: ErrorObject): Problem {
  const parent = instancePath.slice(1).replaceAll('/', '.').replaceAll('~1', '/');
  const named = (name: string) => [parent, name].filter(Boolean).join('.');
  if (keyword === 'additionalProperties') {
    const known = Object.keys((parentSchema as { properties?: object }).properties ?? {});
    const unknown = String(params.additionalProperty);
    return {
      file,
      field: named(unknown),
      value: (data as Values)[unknown],
      allowed: known.length ? `no such key; known here: ${known.join(', ')}` : `no such key; ${message}`,
    };
  }
  if (keyword === 'required') {
    return {
      file,
      field: named(String(params.missingProperty)),
      value: undefined,
      allowed: 'a value: the key is required',
    };
  }
  if (keyword === 'enum')
    return { file, field: parent, value: data, allowed: (params.allowedValues as unknown[]).join(', ') };
  return { file, field: parent, value: data, allowed: message ?? keyword };
}

function namespaceProblems(file: string, values: Values, environment: string): Problem[] {
  const expected = environmentId(environment);
  return values.namespace === expected
    ? []
    : [{ file, field: 'namespace', value: values.namespace, allowed: `${expected}: cloud and cluster share the name` }];
}

/** Whether the pods that the chart makes find nodes, and keep off the tainted ones. */
function placementProblems(file: string, values: Values): Problem[] {
  const problems: Problem[] = [];
  const nodes = child(values, 'messagingNodes');
  for (const [field, allowed] of Object.entries(KAFKA_NODES)) {
    if (nodes[field] !== allowed) {
      problems.push({
        file,
        field: `messagingNodes.${field}`,
        value: nodes[field],
        allowed: `${allowed}, as on the Kafka node groups`,
      });
    }
  }
  for (const [key, service] of enabledServices(values)) {
    const selected = child(service, 'nodeSelector')[SERVICE_NODES.key];
    if (selected !== undefined && selected !== SERVICE_NODES.value) {
      const field = `services.${key}.nodeSelector.${SERVICE_NODES.key}`;
      problems.push({
        file,
        field,
        value: selected,
        allowed: `${SERVICE_NODES.value}: the other nodes belong to Kafka`,
      });
    }
    const tolerations = Array.isArray(service.tolerations) ? service.tolerations.filter(isMap) : [];
    tolerations.forEach((toleration, i) => {
      if (toleration.key === undefined || toleration.key === KAFKA_NODES.key) {
        const field = `services.${key}.tolerations[${i}]`;
        problems.push({
          file,
          field,
          value: toleration,
          allowed: `no toleration of the taint ${KAFKA_NODES.key}: those nodes belong to Kafka`,
        });
      }
    });
  }
  return problems;
}

/** A user's password in a URI, unless it is a reference to another variable, as Kubernetes resolves them. */
const PASSWORD_IN_URI = /:\/\/[^/@\s]*:(?!\$\()[^/@\s]+@/;

/** Passwords in plain variables. The chart refuses them too, for whoever installs it without this app. */
function passwordProblems(file: string, values: Values): Problem[] {
  const environments = [
    ['serviceDefaults', child(values, 'serviceDefaults')] as const,
    ...Object.entries(child(values, 'services')).map(
      ([key, service]) => [`services.${key}`, isMap(service) ? service : {}] as const,
    ),
  ];
  return environments.flatMap(([at, { env }]) =>
    Object.entries(isMap(env) ? env : {})
      .filter(
        ([name, value]) =>
          PASSWORD_IN_URI.test(String(value)) ||
          (/(PASSWORD|SECRET_ACCESS_KEY)$/.test(name) && value !== '' && !String(value).startsWith('$(')),
      )
      .map(([name]) => ({
        file,
        field: `${at}.env.${name}`,
        // Not to be printed once more.
        value: '***',
        allowed: /^(SPRING_DATA_)?MONGODB_URI$/.test(name)
          ? 'no password: the URI belongs into Secrets Manager, from where uses.mongodb brings it'
          : `no password: keep it in a Kubernetes secret and name that in ${at}.secretEnv`,
      })),
  );
}

function serviceProblems(file: string, values: Values, environment: string): Problem[] {
  const problems: Problem[] = [];
  const report = (key: string, field: string, value: unknown, allowed: string) =>
    problems.push({ file, field: `services.${key}.${field}`, value, allowed });
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
    if (Number(minReplicas) > Number(maxReplicas)) {
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
    if (environment === 'prod' && tag === 'latest') {
      report(key, 'image.tag', tag, 'a commit or version: latest says nothing about what runs, so only dev may use it');
    }
  }
  return problems;
}
