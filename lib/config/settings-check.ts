import * as fs from 'fs';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { compiledCheck } from './compiled-check';
import type { Problem } from './problems';
import type * as schema from './schema';
import { unknownKey } from './unknown-key';

/** A node of the schema of config, as far as messages and the reference need it. */
export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly allowed?: string;
  readonly otherwise?: string;
  readonly enum?: readonly (string | number)[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

let kept: ValidateFunction | undefined;

/** What the schema says against the settings in a config file, one problem per field. */
export function settingsProblems(settings: unknown, file: string): Problem[] {
  const check = (kept ??= settingsCheck());
  if (check(settings)) return [];
  const problems = (check.errors ?? []).map((error) => toProblem(file, error));
  return problems.filter(({ field }, i) => problems.findIndex((other) => other.field === field) === i);
}

/** What a field may hold, in words. */
export function allowedBy({ allowed, enum: values, type, minimum, maximum, properties }: SchemaNode): string {
  if (allowed) return allowed;
  if (values) return values.join(', ');
  if (type === 'integer') return `a whole number from ${minimum} to ${maximum}`;
  if (properties) return `a section of ${Object.keys(properties).join(', ')}`;
  return 'true, false';
}

function settingsCheck(): ValidateFunction {
  // Versions of all packages stand in the first: regions and retentions are those that aws-cdk-lib knows.
  const sources = ['../../package.json', './schema', './kubernetes-versions'].map((source) => require.resolve(source));
  return compiledCheck(
    'config-schema',
    sources.map((source) => fs.readFileSync(source)),
    () => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only where it is used
      const { SETTINGS } = require('./schema') as typeof schema;
      return JSON.stringify(SETTINGS);
    },
  );
}

function toProblem(file: string, { instancePath, keyword, params, data, parentSchema }: ErrorObject): Problem {
  const at = instancePath
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((all, key) => (/^\d+$/.test(key) ? `${all}[${key}]` : all ? `${all}.${key}` : key), '');
  const below = (key: string) => {
    const shown = /^[\p{L}\p{N}_-]+$/u.test(key) ? key : JSON.stringify(key);
    return at ? `${at}.${shown}` : shown;
  };
  const node = parentSchema as SchemaNode;
  if (keyword === 'additionalProperties') {
    const key = String(params.additionalProperty);
    const known = Object.keys(node.properties ?? {});
    return {
      file,
      field: below(key),
      value: (data as Record<string, unknown>)[key],
      allowed: unknownKey(key, known),
    };
  }
  if (keyword === 'required') {
    const key = String(params.missingProperty);
    return { file, field: below(key), value: undefined, allowed: allowedBy(node.properties?.[key] ?? {}) };
  }
  return { file, field: at, value: data, allowed: allowedBy(node) };
}
