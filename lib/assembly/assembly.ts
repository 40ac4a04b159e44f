import * as fs from 'fs';
import * as path from 'path';
import { AssetManifestArtifact, CloudAssembly, type CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import type { ValidationReport } from './validation-report';

/** Text, numbers, lists, maps and intrinsic functions by name, as a template holds them. */
export type Properties = Readonly<Record<string, unknown>>;

/** A resource of a template, as CloudFormation reads it. */
export interface Resource {
  readonly Type: string;
  readonly Properties?: Properties;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface Output {
  readonly Value: unknown;
  readonly Export?: { readonly Name: unknown };
}

export interface Template {
  readonly Resources?: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, Output>>;
  readonly [section: string]: unknown;
}

/** One stack of a synthesized app. */
export interface AssemblyStack {
  readonly name: string;

  /** What `environmentOf` says of it. */
  readonly environment: string;

  readonly region: string;
  readonly description: string;

  /** Whether the CDK CLI asks CloudFormation to refuse the deletion of the stack. */
  readonly terminationProtection: boolean;

  /** Names of the stacks that are deployed before it, sorted. */
  readonly dependencies: readonly string[];

  /** What it asks of the bootstrap of its region: the SSM parameter with the version, and the lowest version. */
  readonly bootstrap: { readonly parameter: string; readonly version: number };

  readonly template: Template;
  readonly resources: Readonly<Record<string, Resource>>;

  /** Construct path of each logical id, without the stack's name, such as `Database/Instance`. */
  readonly paths: ReadonlyMap<string, string>;
}

/** A resource with the place it was found at. */
export interface FoundResource extends Resource {
  readonly stack: AssemblyStack;
  readonly logicalId: string;
  readonly properties: Properties;
}

/** What a synth says, or what stands in the account: the side of a comparison. */
export interface Assembly {
  /** In the order in which the app makes them. */
  readonly stacks: readonly AssemblyStack[];

  /** Folder of each asset by its hash. */
  readonly assets: ReadonlyMap<string, string>;

  /**
   * Content of validation-report.json.
   *
   * @default - nothing has been checked
   */
  readonly validation?: ValidationReport;
}

/** An assembly that a synth left behind. */
export interface SynthesizedAssembly extends Assembly {
  /** Its folder, which the CDK CLI takes as `--app`. */
  readonly directory: string;
}

/** Environment of stacks that environments share. */
export const SHARED = 'shared';

/**
 * Environment that a stack belongs to: what its tag `environment` says, in an assembly and in the account alike. Names do
 * not tell: `ErpDevel` would be one of dev.
 */
export function environmentOf({ tags }: { readonly tags: Readonly<Record<string, string>> }): string {
  return tags.environment ?? SHARED;
}

/** Reads the cloud assembly in a folder. */
export function readAssembly(directory: string): SynthesizedAssembly {
  // Another version of the CDK may have written the other side of a comparison.
  const assembly = new CloudAssembly(directory, { skipVersionCheck: true, topoSort: false });
  const report = path.join(directory, 'validation-report.json');
  return {
    directory,
    stacks: assembly.stacks.map((stack) => readStack(stack, assembly.stacks)),
    assets: new Map(
      assembly.artifacts
        .filter((artifact) => AssetManifestArtifact.isAssetManifestArtifact(artifact))
        .flatMap(({ contents }) =>
          Object.entries(contents.files ?? {}).flatMap(([hash, { source }]): [string, string][] =>
            source.path ? [[hash, path.resolve(directory, source.path)]] : [],
          ),
        ),
    ),
    validation: fs.existsSync(report) ? (JSON.parse(fs.readFileSync(report, 'utf8')) as ValidationReport) : undefined,
  };
}

function readStack(stack: CloudFormationStackArtifact, all: readonly CloudFormationStackArtifact[]): AssemblyStack {
  const template = stack.template as Template;
  const upstream = new Set(stack.dependencies.map(({ id }) => id));
  return {
    name: stack.stackName,
    environment: environmentOf(stack),
    region: stack.environment.region,
    description: typeof template.Description === 'string' ? template.Description : '',
    terminationProtection: stack.terminationProtection ?? false,
    dependencies: all
      .filter(({ id }) => upstream.has(id))
      .map(({ stackName }) => stackName)
      .sort(),
    bootstrap: {
      parameter: stack.bootstrapStackVersionSsmParameter ?? '',
      version: stack.requiresBootstrapStackVersion ?? 0,
    },
    template,
    resources: template.Resources ?? {},
    paths: logicalIdPaths(stack, template),
  };
}

/** Construct paths, as short as people say them: without the stack, without the L1 under an L2. */
function logicalIdPaths({ id: stackId, metadata }: CloudFormationStackArtifact, template: Template) {
  const paths = new Map<string, string>();
  const add = (logicalId: string, constructPath: string) => {
    const parts = constructPath.replace(/^\//, '').split('/');
    if (parts[0] === stackId) parts.shift();
    while (parts.length > 1 && ['Resource', 'Default'].includes(parts.at(-1) ?? '')) parts.pop();
    paths.set(logicalId, parts.join('/'));
  };
  for (const [constructPath, entries] of Object.entries(metadata)) {
    for (const { type, data } of entries) {
      if (type === 'aws:cdk:logicalId' && typeof data === 'string') add(data, constructPath);
    }
  }
  for (const [logicalId, { Metadata }] of Object.entries(
    (template.Resources ?? {}) as Record<string, { Metadata?: Properties }>,
  )) {
    const constructPath = Metadata?.['aws:cdk:path'];
    if (!paths.has(logicalId) && typeof constructPath === 'string') add(logicalId, constructPath);
  }
  return paths;
}

/** Stacks of one environment, upstream first, by name where that leaves a choice. What environments share is nobody's own. */
export function stacksOf({ stacks }: Pick<Assembly, 'stacks'>, environment: string): AssemblyStack[] {
  const sorted: AssemblyStack[] = [];
  let left = stacks
    .filter((stack) => stack.environment === environment)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  while (left.length > 0) {
    const waiting = left.filter(({ dependencies }) => left.some(({ name }) => dependencies.includes(name)));
    if (waiting.length === left.length)
      throw new Error(`Stacks need each other: ${waiting.map(({ name }) => name).join(', ')}`);
    sorted.push(...left.filter((stack) => !waiting.includes(stack)));
    left = waiting;
  }
  return sorted;
}

/** The part of an assembly that belongs to some environments; what they share belongs to each. */
export function selectEnvironments(assembly: Assembly, environments: readonly string[]): Assembly {
  return {
    ...assembly,
    stacks: assembly.stacks.filter(({ environment }) => environment === SHARED || environments.includes(environment)),
  };
}

/** Resources of a CloudFormation type. */
export function resourcesOf(stacks: readonly AssemblyStack[], type: string): FoundResource[] {
  return stacks.flatMap((stack) =>
    Object.entries(stack.resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([logicalId, resource]) => ({ ...resource, stack, logicalId, properties: resource.Properties ?? {} })),
  );
}

/** Values of a property that are written out in the templates, in the order found and without repetition. */
export function literals(resources: readonly FoundResource[], property: string): string[] {
  const values = resources.map(({ properties }) => properties[property]);
  return [...new Set(values.filter((value) => typeof value === 'string'))];
}
