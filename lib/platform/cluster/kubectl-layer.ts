import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { KubernetesRelease } from '../../config/kubernetes-versions';
import { ConfigurationError } from '../../config/problems';

export type KubectlLayerLoader = (
  scope: Construct,
  id: string,
  layer: KubernetesRelease['kubectlLayer'],
) => lambda.ILayerVersion;

/**
 * Layer with kubectl and Helm out of its npm package.
 *
 * @throws ConfigurationError with the command that installs the package, where it is missing
 */
export const installedKubectlLayer: KubectlLayerLoader = (scope, id, { package: name, version, className }) => {
  let installed: Record<string, (new (scope: Construct, id: string) => lambda.ILayerVersion) | undefined>;
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- which package it is follows from the config
    installed = require(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new ConfigurationError([
      {
        file: 'package.json',
        field: `dependencies.${name}`,
        value: undefined,
        allowed: `${version}, installed: this Kubernetes version needs its kubectl. Run: npm install --save-exact ${name}@${version}`,
      },
    ]);
  }
  const Layer = installed[className];
  if (!Layer)
    throw new Error(`The package ${name} exports no ${className}. Run: npm install --save-exact ${name}@${version}`);
  return new Layer(scope, id);
};
