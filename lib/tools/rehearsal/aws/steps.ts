import type { SynthesizedAssembly } from '../../../assembly/assembly';
import type { Finding } from '../../../report/findings';
import type { Row, Verdict } from '../journal';
import type { Run } from '../programs';
import { failures } from './cloud-formation';
import { type Claim, judge } from './claims';
import { tail } from './commands';
import type { Deployment } from './deployment';
import { type Fault, withFault } from './faults';
import type { DocumentedDeployment } from './readme';
import { type Change, changeOf, withChange } from './update';

/** Kept by name, but it goes with its function. */
const VERSION = 'AWS::Lambda::Version';

/** Reads what a check command says with `--json`. */
interface Said {
  readonly findings: readonly Finding[];
}

type Add = (what: string, verdict: Verdict, detail: string, done?: Pick<Run, 'seconds'>) => void;

const rowsOf =
  ({ rehearsal: { journal } }: Deployment): Add =>
  (what, verdict, detail, done) => {
    const row: Row = { part: 'aws', what, verdict, detail, seconds: done?.seconds };
    journal.row(row);
  };

/** Runs `preflight` or `verify` and holds what they say against what is true. @returns what they said */
export async function ask(
  deployment: Deployment,
  command: 'preflight' | 'verify',
  when: string,
  context: readonly string[],
  claims: readonly Claim[],
): Promise<readonly Finding[]> {
  const { environment } = deployment.rehearsal;
  const add = rowsOf(deployment);
  const args = [environment.config.name, ...context.flatMap((pair) => ['-c', pair]), '--json'];
  const done = await deployment.commands.own(command, args);
  const what = `${command}, ${when}`;
  let said: Said;
  try {
    said = JSON.parse(done.output.slice(done.output.indexOf('{'), done.output.lastIndexOf('}') + 1)) as Said;
  } catch {
    add(what, 'fault', `exit code ${done.code}, and no JSON: ${tail(done)}`, done);
    return [];
  }
  judge(said.findings, claims).forEach(({ verdict, found }, i) => {
    const lines = found.split('\n').filter((line) => verdict !== 'gap' || !deployment.toldGaps.has(line));
    if (verdict === 'gap') lines.forEach((line) => deployment.toldGaps.add(line));
    if (lines.length > 0) add(what, verdict, lines.join('\n'), i === 0 ? done : undefined);
  });
  return said.findings;
}

/** One deployment as the README has it. */
export async function deployAsDocumented(
  deployment: Deployment,
  assembly: SynthesizedAssembly,
  { context, options }: DocumentedDeployment,
  isFirst: boolean,
): Promise<boolean> {
  const add = rowsOf(deployment);
  const { name, brought, stacks } = deployment;
  const line = ['cdk deploy', name, ...context.map((pair) => `-c ${pair}`), ...options].join(' ');
  const { done, replaced } = await deployment.replacedBy(() =>
    deployment.deploy(assembly, isFirst ? 'create' : 'update', [name], options),
  );
  const problem = await deployment.problem(brought, done);
  if (problem) add(line, problem.verdict, problem.found, done);
  else if (replaced.length > 0) add(line, 'fault', `replaced: ${replaced.join(', ')}`, done);
  else add(line, 'ok', `${brought.length} stacks stand${isFirst ? '' : ', and nothing is replaced'}`, done);
  const rest = stacks.filter((stack) => !brought.includes(stack)).map((stack) => stack.name);
  if (isFirst && rest.length > 0) add(line, 'fault', `it does not bring ${rest.join(', ')}`);
  return problem === undefined;
}

/** The same once more. */
export async function deployUnchanged(
  deployment: Deployment,
  assembly: SynthesizedAssembly,
  { options }: DocumentedDeployment,
): Promise<void> {
  const done = await deployment.deploy(assembly, 'unchanged', [deployment.name], options);
  const changed = deployment.brought.filter(({ name }) => !done.output.includes(`${name} (no changes)`));
  const found = changed.map(({ name }) => name).join(', ');
  const isSame = done.code === 0 && changed.length === 0;
  const add = rowsOf(deployment);
  add('deploy unchanged', isSame ? 'ok' : 'fault', isSame ? 'no stack changes' : `changed: ${found}`, done);
}

/** One harmless value in every stack. */
export async function updateEveryStack(
  deployment: Deployment,
  assembly: SynthesizedAssembly,
  { options }: DocumentedDeployment,
): Promise<void> {
  const changes = new Map<string, Change>();
  for (const stack of assembly.stacks.filter(({ name }) => deployment.brought.some((one) => one.name === name))) {
    const change = changeOf(stack);
    if (change) changes.set(stack.name, change);
  }
  const variant = deployment.variant('update', assembly, ({ name, template }) => {
    const change = changes.get(name);
    return change ? withChange(template, change) : template;
  });
  const { done, replaced } = await deployment.replacedBy(() =>
    deployment.deploy(variant, 'update', [deployment.name], options),
  );
  const add = rowsOf(deployment);
  const problem = await deployment.problem(deployment.brought, done);
  const whats = [...changes].map(([name, { what }]) => `${name}: ${what}`).join('\n');
  if (problem) add('update', problem.verdict, problem.found, done);
  // Each of these values is changed in place by CloudFormation.
  else if (replaced.length > 0) add('update', 'gap', `the emulator replaced ${replaced.join(', ')}`, done);
  else add('update', 'ok', `one value in each of ${changes.size} stacks\n${whats}`, done);
}

/** Lets creations fail one after the other, and gives the same command again after each. */
export async function failEach(
  deployment: Deployment,
  assembly: SynthesizedAssembly,
  faults: readonly Fault[],
): Promise<void> {
  const add = rowsOf(deployment);
  const standing = new Set<string>();
  for (const { stack: name, logicalId } of faults) {
    const place = `${name}/${logicalId}`;
    const at = deployment.stacks.findIndex((stack) => stack.name === name);
    const upstream = deployment.stacks.slice(0, at).filter((stack) => !standing.has(stack.name));
    if (standing.has(name)) await removeStack(deployment, assembly, name);
    else if (upstream.length > 0) await deployment.deploy(assembly, 'before a fault', names(upstream), ALONE);
    upstream.forEach((stack) => standing.add(stack.name));
    const variant = deployment.variant(place, assembly, (stack) =>
      stack.name === name ? withFault(stack, logicalId) : stack.template,
    );
    const failed = await deployment.deploy(variant, 'fault', [name], ALONE);
    const state = await deployment.state(name);
    const events = state ? await deployment.cloudFormation.events(state) : [];
    const isIt = events.some(
      (event) => event.ResourceStatus === 'CREATE_FAILED' && event.LogicalResourceId === logicalId,
    );
    if (!isIt) add(`fails: ${place}`, 'gap', `it is not what failed: ${tail(failed, 2)}`, failed);
    else if (state?.status !== 'ROLLBACK_COMPLETE')
      add(`fails: ${place}`, 'fault', `${state?.status}: ${failures(events)}`);
    const again = await deployment.deploy(assembly, 'again', [name], ALONE);
    const problem = await deployment.problem(
      deployment.stacks.filter((stack) => stack.name === name),
      again,
    );
    standing.add(name);
    const seconds = failed.seconds + again.seconds;
    if (problem) {
      add(`fails: ${place}`, problem.verdict, `the same command again: ${problem.found}`, { seconds });
      await deployment.startOver();
      standing.clear();
    } else if (isIt) {
      const removed = events.filter((event) => event.ResourceStatus === 'DELETE_COMPLETE').length;
      add(`fails: ${place}`, 'ok', `rolled back, ${removed} resources removed; the same command again succeeds`, {
        seconds,
      });
    }
  }
}

/** One stack at a time, whose upstream stands. */
const ALONE = ['--exclusively', '--require-approval', 'never'];

const names = (stacks: readonly { readonly name: string }[]) => stacks.map(({ name }) => name);

async function removeStack({ commands }: Deployment, assembly: SynthesizedAssembly, name: string): Promise<void> {
  const done = await commands.cdk(['destroy', name, '--exclusively', '--force', '--app', assembly.directory]);
  if (done.code !== 0) throw new Error(`${name} cannot be removed to let another resource of it fail:\n${tail(done)}`);
}

/** Resources that deletions kept, as `stack/logicalId`. */
export async function keptByDeletion({ cloudFormation }: Deployment): Promise<string[]> {
  const kept: string[] = [];
  for (const state of (await cloudFormation.all()).filter(({ status }) => status === 'DELETE_COMPLETE')) {
    const events = await cloudFormation.events(state);
    const last = events.findLastIndex(
      ({ ResourceStatus, ResourceType }) =>
        ResourceStatus === 'DELETE_IN_PROGRESS' && ResourceType === 'AWS::CloudFormation::Stack',
    );
    for (const { ResourceStatus, ResourceType, LogicalResourceId } of events.slice(last)) {
      if (ResourceStatus === 'DELETE_SKIPPED' && ResourceType !== VERSION)
        kept.push(`${state.name}/${LogicalResourceId}`);
    }
  }
  return kept;
}
