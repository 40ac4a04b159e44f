import { execFileSync, type ExecFileSyncOptionsWithStringEncoding } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { HELM } from '../helm';
import { type Manifest, parseManifests } from '../../lib/assembly/kubernetes/manifests';

export const chart = join(__dirname, '..', '..', 'chart');
export const platformValues = join(__dirname, 'platform-values.yaml');
export const specificationValues = join(__dirname, 'specification-values.yaml');

/** A version as EKS reports it: with a suffix that makes it a pre-release. */
const KUBERNETES_VERSION = 'v1.31.9-eks-473151a';

/** Runs helm and returns what it prints. */
export function runHelm(args: readonly string[], input?: object): string {
  const options: ExecFileSyncOptionsWithStringEncoding = {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: 'pipe',
    ...(input && { input: JSON.stringify(input) }),
  };
  return execFileSync(HELM, args, options);
}

const copies: string[] = [];
afterAll(() => copies.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

/** A copy of the chart, which is removed after the tests of the file. */
export function copyOfChart(): string {
  const folder = mkdtempSync(join(tmpdir(), 'chart-'));
  copies.push(folder);
  cpSync(chart, folder, { recursive: true });
  return folder;
}

/** Takes the services out of a copy of the chart, for what is told of entries alone. */
export function withoutServices(folder: string): string {
  const file = join(folder, 'values.yaml');
  const values = parseDocument(readFileSync(file, 'utf8'));
  values.set('services', {});
  writeFileSync(file, values.toString());
  return folder;
}

let bare: string | undefined;

/** Which values a rendering starts from: an environment's, or those that all share, without the services. */
export type Profile = 'values' | 'values-dev' | 'values-prod';

/** Arguments of `helm template` for a profile; further values come from standard input. */
export function templateArgs(profile: Profile, more: readonly string[] = [], copy?: string): string[] {
  const path = copy ?? (profile === 'values' ? (bare ??= withoutServices(copyOfChart())) : chart);
  const values = ['-f', join(path, `${profile}.yaml`)];
  return ['template', 'erp', path, '--kube-version', KUBERNETES_VERSION, ...values, '-f', '-', ...more];
}

/** The objects of a profile with some values changed. */
export function render(profile: Profile, values: object = {}, more: readonly string[] = []): Manifest[] {
  return parseManifests(runHelm(templateArgs(profile, more), values));
}

/** The message with which a rendering fails. */
export function refusal(profile: Profile, values: object, more: readonly string[] = []): string {
  try {
    render(profile, values, more);
  } catch (error) {
    return (error as { stderr: string }).stderr;
  }
  throw new Error('the chart rendered, though it should have refused these values');
}

/** One object by kind and name. */
export function find<T extends Manifest>(manifests: readonly T[], name: string): T {
  const found = manifests.find(({ metadata }) => metadata.name === name);
  if (!found) throw new Error(`no ${name} among ${manifests.map(({ metadata }) => metadata.name).join(', ')}`);
  return found;
}
