import { type AssemblyStack, readAssembly } from '../../../lib/assembly/assembly';
import type { EnvironmentConfig } from '../../../lib/config/environment';
import { configsForRun } from '../../../lib/config/run';
import { STUB_KUBECTL, synth } from '../synth';

export interface AppOptions {
  readonly configs: readonly EnvironmentConfig[];

  /**
   * Folder of the chart whose values are read.
   *
   * @default - the frozen one
   */
  readonly chart?: string;

  /**
   * Value of `-c protection`.
   *
   * @default - what config says
   */
  readonly protection?: 'off';
}

/** The stacks of an app as the CDK CLI finds them. */
export function appOf({ configs, chart, protection }: AppOptions): readonly AssemblyStack[] {
  const context = (key: string) => (key === 'protection' ? protection : undefined);
  const app = synth({ configs: configsForRun(configs, context), chart, kubectl: STUB_KUBECTL });
  return readAssembly(app.assembly().directory).stacks;
}
