import * as cdk from 'aws-cdk-lib';
import { DISABLE_CREATION_STACK_TRACES } from 'aws-cdk-lib/cx-api';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { context as shipped } from '../../cdk.json';
import type { Environment } from '../config';
import { REAPPLY_CONTEXT, parseReapply } from '../config/reapply';
import { type EnvironmentStacks, type PlatformProps, addPlatform } from '../platform/platform';
import { type SynthesizedAssembly, readAssembly } from './assembly';

/** What somebody has said to the app by a key of its context. */
export type ContextOf = (key: string) => unknown;

export interface AppOptions extends Pick<PlatformProps, 'today' | 'kubectl'> {
  /** Environments of the app, loaded with what its context says about them. */
  readonly environments: (contextOf: ContextOf) => readonly Environment[];

  /**
   * Context on top of that of cdk.json; what the CDK CLI gives comes on top of both.
   *
   * @default - none
   */
  readonly context?: Readonly<Record<string, unknown>>;

  /**
   * What else is said about the app, such as the folder of its assembly.
   *
   * @default - as the CDK CLI wants it
   */
  readonly app?: Omit<cdk.AppProps, 'context'>;
}

export interface BuiltApp {
  readonly app: cdk.App;
  readonly environments: EnvironmentStacks[];
}

/** Builds the app: the same for a deployment, for a command that only looks at it, and for a test. */
export function buildApp({ environments, context, app: props, ...platform }: AppOptions): BuiltApp {
  const app = new cdk.App({ ...props, context: { ...shipped, ...context } });
  const contextOf: ContextOf = (key) => app.node.tryGetContext(key) as unknown;
  return {
    app,
    environments: addPlatform(app, {
      ...platform,
      environments: environments(contextOf),
      reapply: parseReapply(contextOf(REAPPLY_CONTEXT)),
    }),
  };
}

export interface AssembleProps {
  /** Environments of the app, each with its stacks; their region's registry comes along. */
  readonly environments: readonly Environment[];

  /** Where the cloud assembly goes. */
  readonly directory: string;

  /** ISO 8601 date of the synth. */
  readonly today: string;

  /**
   * What else the CDK context says, as `-c` would.
   *
   * @default - nothing
   */
  readonly context?: Readonly<Record<string, unknown>>;
}

/** Context of a synth that is only looked at: no report about warnings, no source lines, no bundled code. */
export const LOOK_CONTEXT: Readonly<Record<string, unknown>> = {
  [DISABLE_CREATION_STACK_TRACES]: true,
  '@aws-cdk/core:annotationsInValidationReport': false,
  'aws:cdk:bundling-stacks': [],
};

/**
 * Synthesizes the platform for a look at it, without AWS. Kubectl and Helm are stand-ins: nothing is deployed from here,
 * and a command that tells about a missing package must not fail because of it.
 */
export function assemble({ environments, directory, today, context }: AssembleProps): SynthesizedAssembly {
  const { app } = buildApp({
    environments: () => environments,
    today,
    context: { ...context, ...LOOK_CONTEXT },
    app: {
      outdir: directory,
      // Each deployment validates again, and it takes 20 seconds.
      builtinCloudFormationValidation: false,
      treeMetadata: false,
    },
    kubectl: {
      layer: (scope, id) =>
        lambda.LayerVersion.fromLayerVersionArn(
          scope,
          id,
          `arn:aws:lambda:${cdk.Stack.of(scope).region}:111122223333:layer:kubectl:1`,
        ),
      archive: () => ({ bucketName: 'kubectl', objectKey: 'layer.zip' }),
    },
  });
  app.synth();
  return readAssembly(directory);
}
