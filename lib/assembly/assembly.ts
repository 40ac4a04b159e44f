import * as fs from 'fs';
import * as path from 'path';

/** A CloudFormation value: text, number, list, map or intrinsic function. */
export type Template = Readonly<Record<string, unknown>>;

export interface Resource {
  readonly Type: string;
  readonly Properties?: Template;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** One stack of a synthesized app. */
export interface AssemblyStack {
  readonly name: string;

  /** Value of the tag `environment`, or `shared` for stacks without one. */
  readonly environment: string;

  readonly region: string;

  /** Stacks that are deployed before it. */
  readonly dependencies: readonly string[];

  readonly template: Template;
  readonly resources: Readonly<Record<string, Resource>>;

  /** Construct path of each logical id, without the stack's name, such as `Database/Instance`. */
  readonly paths: ReadonlyMap<string, string>;
}

/** What a synth leaves behind, or what stands in the account: the side of a comparison. */
export interface Assembly {
  readonly stacks: readonly AssemblyStack[];

  /** Folder of each asset by its hash. */
  readonly assets: ReadonlyMap<string, string>;

  /** Content of validation-report.json. */
  readonly validation?: ValidationReport;
}

interface Violation {
  readonly ruleName: string;
  readonly description?: string;
  readonly severity?: string;
  readonly violatingConstructs: readonly { readonly constructPath?: string }[];
  readonly reason?: string;
}

export interface ValidationReport {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly violations: readonly Violation[];
    readonly suppressedViolations?: readonly Violation[];
  }[];
}

interface Manifest {
  readonly artifacts?: Readonly<
    Record<
      string,
      {
        readonly type: string;
        readonly environment?: string;
        readonly dependencies?: readonly string[];
        readonly properties?: {
          readonly templateFile?: string;
          readonly stackName?: string;
          readonly tags?: Readonly<Record<string, string>>;
          readonly file?: string;
        };
        readonly additionalMetadataFile?: string;
        readonly metadata?: Readonly<
          Record<string, readonly { readonly type: string; readonly data?: unknown }[] | undefined>
        >;
      }
    >
  >;
}

const STACK = 'aws:cloudformation:stack';

/** Reads the cloud assembly in a folder. */
export function readAssembly(directory: string): Assembly {
  const { artifacts = {} } = readJson(path.join(directory, 'manifest.json')) as Manifest;
  const assets = new Map<string, string>();
  const stacks = Object.entries(artifacts).flatMap(([id, artifact]): AssemblyStack[] => {
    const { properties } = artifact;
    if (artifact.type === 'cdk:asset-manifest' && properties?.file) {
      const { files = {} } = readJson(path.join(directory, properties.file)) as {
        files?: Record<string, { source: { path?: string } }>;
      };
      for (const [hash, { source }] of Object.entries(files)) {
        if (source.path) assets.set(hash, path.resolve(directory, source.path));
      }
    }
    if (artifact.type !== STACK || !properties?.templateFile) return [];
    const template = readJson(path.join(directory, properties.templateFile)) as Template;
    const more = artifact.additionalMetadataFile;
    const metadata = {
      ...artifact.metadata,
      ...(more && (readJson(path.join(directory, more)) as typeof artifact.metadata)),
    };
    return [
      {
        name: properties.stackName ?? id,
        environment: properties.tags?.environment ?? 'shared',
        region: artifact.environment?.split('/').pop() ?? 'unknown-region',
        dependencies: (artifact.dependencies ?? []).filter((other) => artifacts[other]?.type === STACK),
        template,
        resources: (template.Resources ?? {}) as AssemblyStack['resources'],
        paths: logicalIdPaths(id, metadata, template),
      },
    ];
  });
  const report = path.join(directory, 'validation-report.json');
  return { stacks, assets, validation: fs.existsSync(report) ? (readJson(report) as ValidationReport) : undefined };
}

/** The part of an assembly that belongs to some environments; what they share belongs to each. */
export function selectEnvironments(assembly: Assembly, environments: readonly string[]): Assembly {
  return {
    ...assembly,
    stacks: assembly.stacks.filter(({ environment }) => environment === 'shared' || environments.includes(environment)),
  };
}

/** Construct paths, as short as people say them: without the stack, without the L1 under an L2. */
function logicalIdPaths(
  stackId: string,
  metadata: NonNullable<NonNullable<Manifest['artifacts']>[string]['metadata']>,
  template: Template,
): Map<string, string> {
  const paths = new Map<string, string>();
  const add = (logicalId: string, constructPath: string) => {
    const parts = constructPath.replace(/^\//, '').split('/');
    if (parts[0] === stackId) parts.shift();
    while (parts.length > 1 && ['Resource', 'Default'].includes(parts.at(-1) ?? '')) parts.pop();
    paths.set(logicalId, parts.join('/'));
  };
  for (const [constructPath, entries = []] of Object.entries(metadata)) {
    for (const { type, data } of entries) {
      if (type === 'aws:cdk:logicalId' && typeof data === 'string') add(data, constructPath);
    }
  }
  for (const [logicalId, resource] of Object.entries(
    (template.Resources ?? {}) as Record<string, { Metadata?: Template }>,
  )) {
    const constructPath = resource.Metadata?.['aws:cdk:path'];
    if (!paths.has(logicalId) && typeof constructPath === 'string') add(logicalId, constructPath);
  }
  return paths;
}

function readJson(file: string): unknown {
  return JSON.parse(fs.readFileSync(file, 'utf8'));
}
