import type { SynthesizedAssembly } from '../../assembly/assembly';
import type { Unknown } from '../../assembly/resolver';
import type { Environment } from '../../config';
import type { Journal, PartName } from './journal';
import type { Programs } from './programs';

/** A part of the rehearsal. */
export interface Part {
  readonly name: PartName;

  /** Brings its side up and tries it. What it leaves standing for the parts after it goes to the stage. */
  readonly run: (rehearsal: Rehearsal) => Promise<void>;

  /**
   * Takes down what `run` has brought up, as people would; called in reverse order, when all parts have run.
   *
   * @default - nothing to take down beside programs, which end by themselves
   */
  readonly remove?: (rehearsal: Rehearsal) => Promise<void>;
}

/** What every part works with. */
export interface Rehearsal {
  readonly environment: Environment;

  /** What the environment synthesizes to; the kubectl layer in it is a stand-in. */
  readonly assembly: SynthesizedAssembly;

  /** Folder of this repository, with its node_modules. */
  readonly repository: string;

  /** A new folder for logs and whatever else a run leaves; it stays when something went wrong or `--keep` is given. */
  readonly folder: string;

  /** Starts programs, and ends them however the command ends. */
  readonly programs: Programs;

  /** Takes what was found, as it is found. */
  readonly journal: Journal;

  /** What the parts before have left standing. */
  readonly stage: Stage;

  readonly options: RehearsalOptions;
}

/** What was asked for on the command line. */
export interface RehearsalOptions {
  /** Values of `-c`. */
  readonly context: Readonly<Record<string, string>>;

  /**
   * Folder with the charts of the controllers.
   *
   * @default - stand-ins of them
   */
  readonly charts?: string;

  /** What to let fail, as `--fail` says it. */
  readonly fail: readonly string[];

  /** ISO 8601 date. */
  readonly today: string;

  /** Search path of programs. */
  readonly path: string;

  /**
   * Folder of the binaries of a cluster, from `KUBEBUILDER_ASSETS`.
   *
   * @default - those of the search path, and what is built where it has none
   */
  readonly kubernetesPrograms?: string;

  /** Folder for what takes minutes to make, which outlives checkouts and their node_modules. */
  readonly cache: string;
}

/** What stands, for parts that come after. */
export interface Stage {
  aws?: AwsStage;
  cluster?: ClusterStage;
}

/** The emulated account with all stacks of the environment. */
export interface AwsStage {
  /** Address of every AWS API, such as `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  readonly account: string;
  readonly region: string;

  /** Environment variables by which a program reaches it and nothing else. */
  readonly env: Readonly<Record<string, string>>;

  /** What a deployed stack has in place of what templates leave open; undefined where nobody in the cluster asks for it. */
  readonly valueOf: (unknown: Unknown) => string | undefined;
}

/** The control plane with all that the environment installs. */
export interface ClusterStage {
  readonly kubeconfig: string;
}

/** Runs parts one after the other, and what they take down in reverse. A part that stops does not stop the others. */
export async function rehearse(parts: readonly Part[], rehearsal: Rehearsal): Promise<void> {
  const { journal } = rehearsal;
  const guarded = async (part: PartName, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      journal.row({ part, what: 'the rehearsal itself', verdict: 'not run', detail: (error as Error).message });
    }
  };
  for (const { name, run } of parts) await guarded(name, () => run(rehearsal));
  for (const { name, remove } of [...parts].reverse()) {
    if (remove) await guarded(name, () => remove(rehearsal));
  }
}
