import { execFile, execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { MissingProgramError } from '../../../assembly/kubernetes/tools';
import { cachedAsync } from '../../../cache';
import type { RehearsalOptions } from '../rehearsal';

/** Programs of a control plane, all of one minor version of Kubernetes. */
export const KUBERNETES_PROGRAMS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;

export type ControlPlanePrograms = Readonly<Record<(typeof KUBERNETES_PROGRAMS)[number] | 'etcd', string>>;

/** The version of etcd that is built where a machine has none. */
const ETCD = 'v3.6.4';

export interface BinariesOptions {
  /** Minor version of the environment's cluster, such as `1.31`. */
  readonly minor: string;

  /** Where to look for them, and where what is missing is built. */
  readonly options: Pick<RehearsalOptions, 'path' | 'kubernetesPrograms' | 'cache'>;

  /** Told what takes minutes. */
  readonly say: (text: string) => void;
}

/**
 * Finds the programs of a control plane on this machine, and builds once what it lacks.
 *
 * @throws MissingProgramError where Go is missing as well
 */
export async function findPrograms({ minor, options, say }: BinariesOptions): Promise<ControlPlanePrograms> {
  const { path: search, kubernetesPrograms, cache } = options;
  const folders = [kubernetesPrograms ?? [], search.split(path.delimiter)].flat();
  const found = folders.find((folder) => KUBERNETES_PROGRAMS.every((name) => isMinor(path.join(folder, name), minor)));
  const kubernetes = found ?? (await buildKubernetes(minor, cache, say));
  const withEtcd = folders.map((folder) => path.join(folder, 'etcd')).find((file) => fs.existsSync(file));
  return {
    'kube-apiserver': path.join(kubernetes, 'kube-apiserver'),
    'kube-controller-manager': path.join(kubernetes, 'kube-controller-manager'),
    'kube-scheduler': path.join(kubernetes, 'kube-scheduler'),
    etcd: withEtcd ?? path.join(await buildEtcd(cache, say), 'etcd'),
  };
}

/** The minor version in what `kube-apiserver --version` prints, such as `1.31` of `Kubernetes v1.31.9-eks-473151a`. */
export function minorOf(output: string): string | undefined {
  return /\bv(\d+\.\d+)\.\d+/.exec(output)?.[1];
}

/**
 * The go.mod of a module whose only purpose is to build Kubernetes: its own `replace` lines name folders beside its sources,
 * which the module proxy serves as modules of their own.
 *
 * @param original go.mod of k8s.io/kubernetes
 * @param minor such as `1.31`; only its first patch release has all of its parts in the checksum database
 */
export function buildModule(original: string, minor: string): string {
  const staging = [...original.matchAll(/^\s*(?:replace )?(k8s\.io\/[a-z0-9.-]+) => \.\/staging/gm)].map(
    ([, name]) => name,
  );
  const go = /^go (\S+)$/m.exec(original)?.[1] ?? '1.22.0';
  const patch = `${minor.split('.')[1]}.0`;
  return [
    'module rehearsal',
    `go ${go}`,
    `require k8s.io/kubernetes v${minor}.0`,
    'replace (',
    ...staging.map((name) => `\t${name} => ${name} v0.${patch}`),
    ')',
    '',
  ].join('\n');
}

function isMinor(program: string, minor: string): boolean {
  if (!fs.existsSync(program)) return false;
  try {
    return minorOf(execFileSync(program, ['--version'], { encoding: 'utf8', stdio: 'pipe' })) === minor;
  } catch {
    return false;
  }
}

async function buildKubernetes(minor: string, cache: string, say: BinariesOptions['say']): Promise<string> {
  const version = `v${minor}.0`;
  const [major, minorNumber] = minor.split('.');
  const build = async (folder: string) => {
    await needGo(`Kubernetes ${minor}`);
    say(`building Kubernetes ${version} once, which takes about eight minutes on two cores`);
    await inModule(folder, async (module) => {
      const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', `k8s.io/kubernetes@${version}`], {
        cwd: module,
      });
      const { GoMod } = JSON.parse(stdout) as { GoMod: string };
      fs.writeFileSync(path.join(module, 'go.mod'), buildModule(fs.readFileSync(GoMod, 'utf8'), minor));
      const stamp = Object.entries({ gitVersion: version, gitMajor: major, gitMinor: minorNumber })
        .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
        .join(' ');
      for (const name of KUBERNETES_PROGRAMS) {
        say(`  ${name} ${version}`);
        await go(
          module,
          [
            'build',
            '-mod=mod',
            // Names each package as it is compiled.
            '-v',
            '-ldflags',
            `-s -w ${stamp}`,
            '-o',
            `${folder}/`,
            `k8s.io/kubernetes/cmd/${name}`,
          ],
          say,
        );
      }
    });
  };
  return cachedAsync(path.join('control-plane', `${version}-${process.platform}-${process.arch}`), build, cache);
}

async function buildEtcd(cache: string, say: BinariesOptions['say']): Promise<string> {
  const build = async (folder: string) => {
    await needGo('etcd');
    say(`building etcd ${ETCD} once`);
    await inModule(folder, async (module) => {
      await go(module, ['get', `go.etcd.io/etcd/server/v3@${ETCD}`], say);
      await go(
        module,
        ['build', '-mod=mod', '-v', '-ldflags', '-s -w', '-o', path.join(folder, 'etcd'), 'go.etcd.io/etcd/server/v3'],
        say,
      );
    });
  };
  return cachedAsync(path.join('control-plane', `etcd-${ETCD}-${process.platform}-${process.arch}`), build, cache);
}

async function inModule(folder: string, build: (module: string) => Promise<void>): Promise<void> {
  const module = path.join(folder, 'module');
  fs.mkdirSync(module, { recursive: true });
  fs.writeFileSync(path.join(module, 'go.mod'), 'module rehearsal\n');
  fs.writeFileSync(path.join(module, 'main.go'), 'package main\n\nfunc main() {}\n');
  await build(module);
  fs.rmSync(module, { recursive: true });
}

async function needGo(what: string): Promise<void> {
  try {
    await promisify(execFile)('go', ['version']);
  } catch (error) {
    throw new MissingProgramError(
      `this machine has no ${what} and no Go to build it`,
      `install Go (https://go.dev/dl), or set KUBEBUILDER_ASSETS to a folder with ${KUBERNETES_PROGRAMS.join(', ')} and etcd (https://book.kubebuilder.io/reference/envtest)`,
      { cause: error },
    );
  }
}

/** How many compiled packages are worth a line of progress: of about 1,500 in the largest program. */
const PACKAGES = 250;

function go(cwd: string, args: readonly string[], say: BinariesOptions['say']): Promise<void> {
  return new Promise((resolve, reject) => {
    let errors = '';
    let packages = 0;
    // Without cgo the programs need nothing of the machine but its kernel.
    const child = spawn('env', ['CGO_ENABLED=0', 'go', ...args], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on('data', (chunk: Buffer) => {
      const before = packages;
      errors += String(chunk);
      packages = errors.split('\n').length - 1;
      if (Math.floor(packages / PACKAGES) > Math.floor(before / PACKAGES)) say(`    ${packages} packages`);
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`go ${args[0]} failed:\n${errors.trim().split('\n').slice(-5).join('\n')}`)),
    );
  });
}
