import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { cached } from '../../cache';
import { LAYER_ZIP, kubectlPackageFolder } from '../../config/kubectl-package';
import { KUBERNETES_VERSIONS } from '../../config/kubernetes-versions';

/** A program that this machine lacks, or has in a version that does not fit. */
export class MissingProgramError extends Error {
  /**
   * @param found what is wrong
   * @param remedy what to do about it
   */
  constructor(
    readonly found: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(`${found}: ${remedy}`, options);
  }
}

/** The package whose zip holds the helm and the kubectl that EKS deployments of this app run. */
const LAYER = KUBERNETES_VERSIONS['1.31'].kubectlLayer;

/**
 * The helm that installs the charts of a deployment, unpacked from the kubectl layer on first use. Where the layer's
 * programs do not run, the machine's own.
 *
 * @throws MissingProgramError that says what is missing and where to get it
 */
export function helm(): string {
  return runsHere() ? ofLayer('helm') : helmOfMachine();
}

/**
 * The kubectl beside it.
 *
 * @param cluster minor version of the cluster it is for, such as `1.31`
 * @throws MissingProgramError that says what is missing and where to get it
 */
export function kubectl(cluster: string): string {
  return runsHere() ? ofLayer('kubectl') : kubectlOfMachine(cluster);
}

/** Whether the layer's programs run on this machine. */
export function runsHere(): boolean {
  return process.platform === 'linux' && process.arch === 'x64';
}

function ofLayer(name: 'helm' | 'kubectl'): string {
  const folder = kubectlPackageFolder(LAYER);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return cached(join(LAYER.package, version, name), (path) => unpack(join(folder, LAYER_ZIP), `${name}/${name}`, path));
}

/** The first with the flags that the charts are rendered with. */
const OLDEST_HELM_3 = 14;

function helmOfMachine(): string {
  const needed = `helm 3.${OLDEST_HELM_3} or later, or helm 4 (brew install helm, or https://helm.sh/docs/intro/install)`;
  const version = versionOfMachine('helm', ['version', '--template', '{{.Version}}'], needed);
  const [, major, minor] = /^v?(\d+)\.(\d+)\./.exec(version) ?? [];
  if (major === '4' || (major === '3' && Number(minor) >= OLDEST_HELM_3)) return 'helm';
  throw new MissingProgramError(`the helm in the PATH is ${version}`, remedy(needed));
}

function kubectlOfMachine(cluster: string): string {
  const needed = `kubectl within one minor version of the cluster's ${cluster} (https://kubernetes.io/docs/tasks/tools)`;
  const json = versionOfMachine('kubectl', ['version', '--client', '--output', 'json'], needed);
  const version = /"gitVersion": *"([^"]+)"/.exec(json)?.[1] ?? json;
  const minor = (text: string) => Number(/^v?1\.(\d+)/.exec(text)?.[1]);
  if (Math.abs(minor(version) - minor(cluster)) <= 1) return 'kubectl';
  throw new MissingProgramError(`the kubectl in the PATH is ${version}`, remedy(needed));
}

function versionOfMachine(name: string, args: readonly string[], needed: string): string {
  try {
    return execFileSync(name, args, { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const why = isMissing
      ? `there is no ${name} in the PATH`
      : `${name} does not run: ${(error as Error).message.trim()}`;
    throw new MissingProgramError(why, remedy(needed), { cause: error });
  }
}

function remedy(needed: string): string {
  return `the programs of ${LAYER.package} run on Linux on x64 only, and this is ${process.platform} on ${process.arch}; put ${needed} into the PATH`;
}

/** Writes a program out of a zip file to a path. */
export function unpack(zip: string, entry: string, path: string): void {
  const program = unzipSync(readFileSync(zip), { filter: ({ name }) => name === entry })[entry];
  if (program === undefined) throw new Error(`${zip} holds no ${entry}: the layout of the kubectl layer has changed`);
  writeFileSync(path, program, { mode: 0o755 });
}
