import type { TSchema } from '@sinclair/typebox';
import type { EnvironmentConfig } from '../../../lib/config/environment';
import { SETTINGS } from '../../../lib/config/schema';
import type { Values } from '../../../lib/config/values';

/** One config of the table, with what its values file says beside the base. */
export interface Row {
  readonly name: string;
  readonly config: EnvironmentConfig;
  readonly values?: Values;
}

/** One field that says something else than the base. */
interface Variation {
  readonly name: string;
  readonly apply: (config: EnvironmentConfig) => EnvironmentConfig;
}

/** What no schema can make up: texts, and lists of them, by path. A field that lacks an example fails the table. */
const EXAMPLES: Readonly<Record<string, unknown>> = {
  account: '111122223333',
  'network.cidr': '10.200.0.0/16',
  'network.availabilityZones': ['ap-northeast-2a', 'ap-northeast-2b'],
  'kubernetes.publicAccessCidrs': ['203.0.113.0/24'],
  'kubernetes.access.principalArn': 'arn:aws:iam::111122223333:role/Admin',
  'kubernetes.serviceNodes.instanceTypes': ['m6i.large', 'm5.large'],
  'kubernetes.kafkaNodes.instanceTypes': ['t3.large'],
  'database.instanceType': 'm7g.xlarge',
  'msk.instanceType': 'kafka.t3.small',
  'msk.version': '3.9.x',
  'cache.nodeType': 'cache.t4g.medium',
  'cache.version': '8.2',
  'edge.domain.name': 'erp.example.com',
  'edge.domain.certificateArn': 'arn:aws:acm:us-east-1:111122223333:certificate/01234567-89ab-cdef-0123-456789abcdef',
  'edge.domain.hostedZoneId': 'Z0123456789ABC',
  'edge.domain.hostedZoneName': 'example.com',
  'edge.frontend': 'lib/platform/edge/placeholder',
  'edge.corsOrigins': ['https://intranet.example.com'],
  'edge.countries': ['KR', 'JP'],
  'observability.alarmEmail': 'alarms@example.com',
  'delivery.connectionArn':
    'arn:aws:codeconnections:ap-northeast-2:111122223333:connection/01234567-89ab-cdef-0123-456789abcdef',
  'delivery.servicesRepository': 'example/erp-services',
  'delivery.platformRepository': 'example/erp-platform',
  'delivery.branch': 'main',
  'delivery.servicesFolder': 'services',
  'delivery.sharedPaths': ['pom.xml', 'common'],
};

/** The README's example of one more service. */
const PAYROLL: Values = {
  services: {
    payroll: {
      name: 'payroll-service',
      port: 8085,
      image: { repository: 'erp/payroll-service' },
      api: { route: 'payroll' },
    },
  },
};

/** How many values of an enumeration have a row of their own: of more, the first and the last. */
const SHORT = 3;

/**
 * The table: the base, every optional field there and not, every switch the other way, every other field at its ends, all
 * together, and the changes of a values file that reach config. Fields come from the schema, so that none is forgotten.
 */
export function table(base: EnvironmentConfig, validates: (row: Row) => boolean): { rows: Row[]; refused: string[] } {
  const { own, least, most, texts } = variationsOf(SETTINGS, base);
  const together = (name: string, variations: readonly Variation[]): Row => ({
    name,
    config: variations.reduce((config, { apply }) => {
      const next = apply(config);
      return validates({ name, config: next }) ? next : config;
    }, base),
  });
  const services = Object.fromEntries(
    ['approvalRequest', 'approvalProcessing', 'notification'].map((key) => [key, { uses: { redis: false } }]),
  );
  const kafkaNodes = example(field('kubernetes', 'kafkaNodes'), ['kubernetes', 'kafkaNodes']);
  const all = [
    { name: 'a copy', config: base },
    ...own.map(({ name, apply }) => ({ name, config: apply(base) })),
    together('every number at its least', least),
    together('every number at its most', most),
    together('every text another', texts),
    together('all together', own),
    together('all together, last values first', [...own].reverse()),
    {
      name: 'another region',
      config: {
        ...base,
        region: 'ap-northeast-1',
        network: { ...base.network, availabilityZones: ['ap-northeast-1a', 'ap-northeast-1c'] },
      },
    },
    { name: 'the payroll service', config: base, values: PAYROLL },
    { name: 'no user of the cache', config: base, values: { services } },
    {
      name: 'Kafka on MSK alone',
      config: put(
        put(base, ['msk'], base.msk ?? example(field('msk'), ['msk'])),
        ['kubernetes', 'kafkaNodes'],
        undefined,
      ),
      values: { kafka: { mode: 'msk' } },
    },
    ...['zookeeper', 'kraft'].map((mode) => ({
      name: `Kafka in the cluster alone, by ${mode}`,
      config: put(
        put(base, ['msk'], undefined),
        ['kubernetes', 'kafkaNodes'],
        base.kubernetes.kafkaNodes ?? kafkaNodes,
      ),
      values: { kafka: { mode } },
    })),
  ];
  const rows = all.filter(validates);
  return { rows, refused: all.filter((row) => !rows.includes(row)).map(({ name }) => name) };
}

interface Variations {
  /** Each in a row of its own. */
  readonly own: Variation[];

  /** Numbers that have to be there, at their ends; such a field turns nothing on or off. */
  readonly least: Variation[];
  readonly most: Variation[];

  /** Texts and lists that have to be there. */
  readonly texts: Variation[];
}

function variationsOf(section: TSchema, base: object, path: readonly string[] = []): Variations {
  const found: Variations = { own: [], least: [], most: [], texts: [] };
  for (const [key, schema] of Object.entries(section.properties as Record<string, TSchema>)) {
    const at = [...path, key];
    const value = (base as Record<string, unknown>)[key];
    const variation = (other: unknown): Variation => ({
      name: `${at.join('.')} ${other === undefined ? 'absent' : typeof other === 'object' ? 'given' : String(other)}`,
      apply: (config) => put(config, at, other),
    });
    const isOptional = !(section.required as string[]).includes(key);
    if (isOptional) found.own.push(variation(value === undefined ? example(schema, at) : undefined));
    if (schema.type === 'object') {
      const inner = variationsOf(schema, (value ?? example(schema, at)) as object, at);
      found.own.push(...inner.own);
      // Of a section that is not there, only what it may leave out or switch is worth a row.
      if (value !== undefined) for (const end of ['least', 'most', 'texts'] as const) found[end].push(...inner[end]);
    } else if (schema.type === 'boolean') {
      if (!isOptional) found.own.push(variation(!value));
    } else if (schema.enum) {
      const others = (schema.enum as unknown[]).filter((other) => other !== value);
      // A region comes with its zones.
      if (key !== 'region' && !isOptional)
        found.own.push(...(others.length > SHORT ? [others[0], others.at(-1)] : others).map(variation));
    } else if (schema.type === 'integer') {
      found.least.push(variation(schema.minimum));
      found.most.push(variation(schema.maximum));
    } else if (!isOptional) {
      const isSwitch = schema.type === 'array' && schema.minItems === 0;
      (isSwitch ? found.own : found.texts).push(variation(example(schema, at)));
      if (isSwitch && (value as unknown[]).length > 0) found.own.push(variation([]));
    }
  }
  return found;
}

/** A value for a field that has none. */
function example(schema: TSchema, path: readonly string[]): unknown {
  const name = path.join('.');
  if (Object.hasOwn(EXAMPLES, name)) return EXAMPLES[name];
  if (schema.type === 'boolean') return true;
  if (schema.type === 'integer') return schema.minimum;
  if (schema.enum) return name === 'kubernetes.deployedVersion' ? '1.31' : (schema.enum as unknown[])[0];
  if (schema.type === 'array') return [example(schema.items as TSchema, path)];
  if (schema.type !== 'object') throw new Error(`${name} has no example in ${__filename}`);
  return Object.fromEntries(
    (schema.required as string[]).map((key) => [
      key,
      example((schema.properties as Record<string, TSchema>)[key]!, [...path, key]),
    ]),
  );
}

function field(...path: string[]): TSchema {
  return path.reduce<TSchema>((section, key) => (section.properties as Record<string, TSchema>)[key]!, SETTINGS);
}

/** The config with another value at a path; a section on the way that is not there comes from its example. */
function put(config: EnvironmentConfig, path: readonly string[], value: unknown): EnvironmentConfig {
  const set = (object: Values, [key = '', ...rest]: readonly string[], at: readonly string[]): Values => {
    const here = [...at, key];
    const inner = (object[key] ?? (rest.length > 0 ? example(field(...here), here) : undefined)) as Values;
    return { ...object, [key]: rest.length > 0 ? set(inner, rest, here) : value };
  };
  return set(config as unknown as Values, path, []) as unknown as EnvironmentConfig;
}
