import type { SynthesizedAssembly } from '../../../assembly/assembly';
import type { Verdict } from '../journal';
import { fillBuckets } from './content';
import { runDatabaseFunctions } from './database';
import type { Deployment } from './deployment';
import { type RunCode, codeOf } from './own-code';

/** Runs for real what functions of the assembly would do while the stacks are made. */
export async function runStubbedCode(deployment: Deployment, assembly: SynthesizedAssembly): Promise<void> {
  const { journal } = deployment.rehearsal;
  const attempts: readonly (readonly [what: string, type: string, run: RunCode])[] = [
    ['functions of the database', 'Custom::Trigger', runDatabaseFunctions],
    ['content of buckets', 'Custom::CDKBucketDeployment', fillBuckets],
  ];
  for (const [what, type, run] of attempts) {
    const started = journal.now();
    const add = (verdict: Verdict, detail: string) =>
      journal.row({ part: 'aws', what, verdict, detail, seconds: journal.now() - started });
    const codes = await codeOf(deployment, assembly, type);
    if (codes.length > 0) await run(deployment, codes, add);
  }
}
