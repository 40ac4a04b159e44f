import { dirname } from 'node:path';
import type { KubernetesRelease } from './kubernetes-versions';
import { ConfigurationError } from './problems';

/** The npm package with the kubectl and Helm of a Kubernetes version, as a Lambda layer. */
export type KubectlPackage = KubernetesRelease['kubectlLayer'];

/**
 * Folder that such a package is installed in.
 *
 * @throws ConfigurationError with the command that installs it, where it is missing
 */
export function kubectlPackageFolder({ package: name, version }: KubectlPackage): string {
  try {
    return dirname(require.resolve(`${name}/package.json`));
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
}

/** Zip file of a layer inside the folder of its package. */
export const LAYER_ZIP = 'lib/layer.zip';
