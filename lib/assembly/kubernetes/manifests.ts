import { parseAllDocuments } from 'yaml';
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
  return `${manifest.apiVersion}/${manifest.kind}` === kind;
}

/** The objects of one kind. */
export function ofKind<K extends keyof Kinds>(manifests: readonly Manifest[], kind: K): (Manifest & Kinds[K])[] {
  return manifests.filter((manifest) => isKind(manifest, kind));
}
