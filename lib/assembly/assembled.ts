import * as fs from 'fs';
import * as path from 'path';
import * as cdk from 'aws-cdk-lib';
import { DISABLE_CREATION_STACK_TRACES } from 'aws-cdk-lib/cx-api';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Environment } from '../config';
import { stackPrefix } from '../config/environment';
import { addPlatform } from '../platform/platform';

/** A resource of a template, as CloudFormation reads it. */
export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: string;
}

export interface Template {
  readonly Resources?: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

/** A stack out of the cloud assembly. */
export interface AssembledStack {
  readonly name: string;
  readonly region: string;
  readonly description: string;
  readonly template: Template;

  /** Whether the CDK CLI asks CloudFormation to refuse the deletion of the stack. */
  readonly terminationProtection: boolean;

  /** Names of the stacks that it needs. */
  readonly dependsOn: readonly string[];

  /** What it asks of the bootstrap of its region: the SSM parameter with the version, and the lowest version. */
  readonly bootstrap: { readonly parameter: string; readonly version: number };
}

/** A resource with the place it was found at. */
export interface FoundResource extends Resource {
  readonly stack: AssembledStack;
  readonly logicalId: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What a synth says about the platform: stacks, upstream first. */
export interface Assembly {
  /** Folder of the cloud assembly, which the CDK CLI takes as `--app`. */
  readonly directory: string;

  readonly stacks: readonly AssembledStack[];
}

export interface AssembleProps {
  readonly environments: readonly Environment[];

  /** Where the cloud assembly goes. */
  readonly directory: string;

  /** ISO 8601 date of the synth. */
  readonly today: string;
}

const REPOSITORY = path.join(__dirname, '..', '..');

/**
 * Synthesizes the platform for a look at it, without AWS. The kubectl layer is a stand-in: nothing is deployed from here,
 * and a command that tells about a missing layer must not fail because of it.
 */
export function assemble({ environments, directory, today }: AssembleProps): Assembly {
  const { context } = JSON.parse(fs.readFileSync(path.join(REPOSITORY, 'cdk.json'), 'utf8')) as { context: object };
  const app = new cdk.App({
    outdir: directory,
    // Each deployment validates again, and it takes 20 seconds.
    builtinCloudFormationValidation: false,
    treeMetadata: false,
    context: {
      ...context,
      // No report about warnings, no source lines and no bundled code: this synth is only looked at.
      [DISABLE_CREATION_STACK_TRACES]: true,
      '@aws-cdk/core:annotationsInValidationReport': false,
      'aws:cdk:bundling-stacks': [],
    },
  });
  addPlatform(app, {
    environments,
    today,
    kubectlLayer: (scope, id) =>
      lambda.LayerVersion.fromLayerVersionArn(
        scope,
        id,
        `arn:aws:lambda:${cdk.Stack.of(scope).region}:111122223333:layer:kubectl:1`,
      ),
  });
  const { stacks } = app.synth();
  return {
    directory,
    stacks: stacks.map((stack) => ({
      name: stack.stackName,
      region: stack.environment.region,
      description: stack.template.Description ?? '',
      template: stack.template as Template,
      terminationProtection: stack.terminationProtection ?? false,
      dependsOn: stack.dependencies
        .filter((artifact) => stacks.some(({ id }) => id === artifact.id))
        .map(({ id }) => id)
        .sort(),
      bootstrap: {
        parameter: stack.bootstrapStackVersionSsmParameter ?? '',
        version: stack.requiresBootstrapStackVersion ?? 0,
      },
    })),
  };
}

/** Whether a stack of that name is one of the environment: `ErpDev` and `ErpDevNetwork`, not `ErpDevelopment`. */
export function isStackOf(environment: string, name: string): boolean {
  return new RegExp(`^${stackPrefix(environment)}([A-Z].*)?$`).test(name);
}

/** Stacks of one environment, upstream first. The registry is nobody's own. */
export function stacksOf({ stacks }: Assembly, environment: string): AssembledStack[] {
  return stacks.filter(({ name }) => isStackOf(environment, name));
}

/** Resources of a CloudFormation type. */
export function resourcesOf(stacks: readonly AssembledStack[], type: string): FoundResource[] {
  return stacks.flatMap((stack) =>
    Object.entries(stack.template.Resources ?? {})
      .filter(([, resource]) => resource.Type === type)
      .map(([logicalId, resource]) => ({ ...resource, stack, logicalId, properties: resource.Properties ?? {} })),
  );
}

/** Values of a property that are written out in the templates, in the order found and without repetition. */
export function literals(resources: readonly FoundResource[], property: string): string[] {
  const values = resources.map(({ properties }) => properties[property]);
  return [...new Set(values.filter((value) => typeof value === 'string'))];
}
