import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { parseAllDocuments } from 'yaml';
import schemas from './schemas.json';
import type { Kinds } from './kinds';

/** A Kubernetes object as it comes out of YAML: only what every object has is known about it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** The objects of a stream of YAML documents, such as the output of `helm template`. Empty documents are left out. */
export function parseManifests(yaml: string): Manifest[] {
  return parseAllDocuments(yaml).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw error;
    const object = document.toJS() as Manifest | null;
    return object === null ? [] : [object];
  });
}

/** Kind, namespace and name of an object, for messages. */
export function describeManifest({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;
}

/** Whether an object is of a kind, so that its fields are known. */
export function isKind<K extends keyof Kinds>(manifest: Manifest, kind: K): manifest is Manifest & Kinds[K] {
  return kindOf(manifest) === kind;
}

/** The objects of one kind. */
export function ofKind<K extends keyof Kinds>(manifests: readonly Manifest[], kind: K): (Manifest & Kinds[K])[] {
  return manifests.filter((manifest) => isKind(manifest, kind));
}

const kindOf = ({ apiVersion, kind }: Manifest): string => `${apiVersion}/${kind}`;

const ajv = addFormats(new Ajv({ allErrors: true, strict: false })).addSchema(schemas, 'kinds');
const validators = new Map<string, ValidateFunction | undefined>();

function validatorOf(manifest: Manifest): ValidateFunction | undefined {
  const kind = kindOf(manifest);
  if (!validators.has(kind)) {
    const known = Object.hasOwn(schemas.definitions.Kinds.properties, kind);
    // "/" in a JSON pointer is "~1".
    const pointer = `kinds#/definitions/Kinds/properties/${kind.replaceAll('/', '~1')}`;
    validators.set(kind, known ? ajv.compile({ $ref: pointer }) : undefined);
  }
  return validators.get(kind);
}

/**
 * All that an API server with strict field validation would refuse in a set of objects: unknown fields, wrong types, missing
 * fields, the same object twice. A kind without a schema is a problem too, so that nothing passes unseen.
 */
export function validateManifests(manifests: readonly Manifest[]): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const manifest of manifests) {
    const name = describeManifest(manifest);
    const identity = `${kindOf(manifest)} ${name}`;
    if (seen.has(identity)) problems.push(`${name}: occurs twice`);
    seen.add(identity);
    const validate = validatorOf(manifest);
    if (validate === undefined)
      problems.push(`${name}: ${kindOf(manifest)} is not in lib/assembly/kubernetes/kinds.ts`);
    else if (!validate(manifest))
      problems.push(...(validate.errors ?? []).map((error) => `${name}: ${explain(error)}`));
  }
  return problems;
}

function explain({ instancePath, keyword, message, params }: ErrorObject): string {
  const field = instancePath.slice(1).replaceAll('/', '.');
  if (keyword === 'additionalProperties') {
    return `unknown field ${[field, String(params.additionalProperty)].filter(Boolean).join('.')}`;
  }
  const allowed =
    keyword === 'enum' || keyword === 'const' ? ` ${JSON.stringify(params.allowedValues ?? params.allowedValue)}` : '';
  return `${field || 'object'} ${message ?? 'is not valid'}${allowed}`;
}
