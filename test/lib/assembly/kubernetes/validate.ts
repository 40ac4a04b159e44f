import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { type Manifest, describeManifest } from '../../../../lib/assembly/kubernetes/manifests';
import schemas from './schemas.json';

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
