import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Values } from '../../../../lib/config/values';
import type { EnvironmentStacks } from '../../../../lib/platform/platform';
import { type Assembly, readAssembly, selectEnvironments } from '../../../../lib/assembly/assembly';
import { CONFIGS, type EnvironmentName, chartWith, config, synth } from '../../synth';

/** Day of all tests. */
export const TODAY = '2026-11-23';

/** A small change of the repository. */
export interface Edit {
  /** Environment to build; a change of both is compared in one. */
  readonly environment?: EnvironmentName;

  /** Laid over the config of the environment. */
  readonly config?: Parameters<typeof config>[1];

  /** Laid over its values file; null takes a key away. */
  readonly values?: Values;

  /** Texts to replace in files of the chart, by file. */
  readonly chart?: Readonly<Record<string, readonly [string | RegExp, string]>>;

  /** A change of the code below lib/. */
  readonly code?: (stacks: EnvironmentStacks) => void;
}

/** Stacks of one environment with an edit, synthesized in this process. */
export function build({ environment = 'dev', config: changes, values, chart, code }: Edit = {}): Assembly {
  const folder = values || chart ? chartWith(environment, values ?? {}) : undefined;
  if (folder) replaceIn(folder, chart ?? {});
  // Environments share the registry, so a service that only one of them loses keeps its repository.
  const others = values ? Object.values(CONFIGS).filter(({ name }) => name !== environment) : [];
  const { environments, assembly } = synth({
    configs: [config(environment, changes), ...others],
    chart: folder,
    today: TODAY,
  });
  code?.(environments[0]!);
  return selectEnvironments(readAssembly(assembly().directory), [environment]);
}

function replaceIn(folder: string, edits: NonNullable<Edit['chart']>): void {
  for (const [name, [from, to]] of Object.entries(edits)) {
    const file = path.join(folder, name);
    const text = fs.readFileSync(file, 'utf8');
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`the edit of ${name} finds nothing to change`);
    fs.writeFileSync(file, changed);
  }
}
