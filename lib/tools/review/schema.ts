import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { Property, PropertyType, Resource, SpecDatabase, TypeDefinition } from '@aws-cdk/service-spec-types';
import { NEVER_REPLACES } from './stateful';

/** Whether a change of a property makes CloudFormation replace the resource. */
export type Replacement = 'yes' | 'maybe' | 'no';

let database: SpecDatabase | undefined;
const resources = new Map<string, Resource | undefined>();

/**
 * What the CloudFormation registry's schema says about a change of a property, read from the property down to the place of
 * the change: `AccessConfig` of a cluster is changed in place, but its `BootstrapClusterCreatorAdminPermissions` replaces it.
 *
 * @param path property names from the top, such as `['AccessConfig', 'BootstrapClusterCreatorAdminPermissions']`
 */
export function replacementOf(type: string, path: readonly string[]): Replacement {
  const [name = '', ...rest] = path;
  if (NEVER_REPLACES[type]?.[name]) return 'no';
  const resource = schemaOf(type);
  let property: Property | undefined = resource?.properties[name];
  for (const step of rest) {
    const own = property?.causesReplacement;
    if (!property || (own && own !== 'no')) break;
    const definitions: TypeDefinition[] = definitionsIn(property.type);
    const next: Property | undefined = definitions.map(({ properties }) => properties[step]).find(Boolean);
    // List positions and map keys have no property of their own.
    if (next) property = next;
  }
  return property?.causesReplacement ?? 'no';
}

/** The property that holds a resource's own name, if its schema has one that replaces the resource when it changes. */
export function nameProperty(type: string): string | undefined {
  const own = type.split('::').pop() ?? '';
  const candidates = ['Name', `${own}Name`, `${own}Identifier`];
  return candidates.find((name) => schemaOf(type)?.properties[name]?.causesReplacement === 'yes');
}

/** Properties that tell a resource apart from all others of its type, if a template sets every one of them. */
export function identifierProperties(type: string): readonly string[] | undefined {
  const schema = schemaOf(type);
  return schema?.primaryIdentifier?.every((name) => name in schema.properties) ? schema.primaryIdentifier : undefined;
}

function schemaOf(type: string): Resource | undefined {
  if (!resources.has(type)) {
    database ??= loadAwsServiceSpecSync();
    resources.set(type, database.lookup('resource', 'cloudFormationType', 'equals', type)[0]);
  }
  return resources.get(type);
}

function definitionsIn(type: PropertyType): TypeDefinition[] {
  switch (type.type) {
    case 'ref':
      return database ? [database.get('typeDefinition', type.reference)] : [];
    case 'array':
    case 'map':
      return definitionsIn(type.element);
    case 'union':
      return type.types.flatMap(definitionsIn);
    default:
      return [];
  }
}
