import { execFileSync } from 'node:child_process';
import { type Manifest, parseManifests } from './manifests';
import { helm } from './tools';

/** An object as a chart renders it. */
export type KubernetesObject = Manifest;

export interface RenderOptions {
  /** Folder of the chart. */
  readonly chart: string;

  /** Values on top of the chart's own. */
  readonly values: unknown;

  /** Name of the release, which the names and labels of objects are made of. */
  readonly release: string;

  /** Namespace that the release is installed in. */
  readonly namespace: string;

  /** Version that the chart sees as the cluster's, such as `1.31`. */
  readonly kubeVersion: string;
}

/**
 * Objects that a release of a chart consists of, as the real helm renders them. The schema of the values is left to the
 * synth, which checks them before they carry stand-ins for what only a deployment knows.
 *
 * @throws Error with helm's own words, where the chart refuses the values
 */
export function renderChart({ chart, values, release, namespace, kubeVersion }: RenderOptions): KubernetesObject[] {
  const args = [
    'template',
    release,
    chart,
    '--namespace',
    namespace,
    '--kube-version',
    kubeVersion,
    '--values',
    '-',
    '--skip-schema-validation',
  ];
  try {
    return parseManifests(
      execFileSync(helm(), args, {
        encoding: 'utf8',
        input: JSON.stringify(values),
        maxBuffer: 2 ** 26,
        stdio: 'pipe',
      }),
    );
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw stderr === undefined ? error : new Error(`helm cannot render ${release}: ${stderr.trim()}`, { cause: error });
  }
}
