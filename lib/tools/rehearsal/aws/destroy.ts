import type { Verdict } from '../journal';
import type { Run } from '../programs';
import { tail } from './commands';
import type { Deployment } from './deployment';
import { keptByDeletion } from './steps';

/** What `npm run destroy -- <environment> --plan --json` says, as far as it is looked at. */
interface Plan {
  readonly keepsData: boolean;
  readonly steps: readonly { readonly stack: string; readonly keeps: readonly string[] }[];
  readonly stays: readonly string[];
}

/** A command that the removal names for something that is in its way. */
const OFF = /^ {2}aws (.+)$/gm;

/** Removes the environment with the command of this repository, as a person types it. */
export async function destroy(deployment: Deployment): Promise<void> {
  const { rehearsal, commands } = deployment;
  const { name } = rehearsal.environment.config;
  const context = Object.entries(rehearsal.options.context).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const add = (what: string, verdict: Verdict, detail: string, done?: Run) =>
    rehearsal.journal.row({ part: 'aws', what, verdict, detail, seconds: done?.seconds });
  const type = () =>
    commands.own('destroy', [name, ...context], {
      terminal: { asks: /Type its name: $/, answer: name },
      hear: (line) => {
        if (/^\s*(✅|❌)|^Removing |^Waiting/.test(line)) rehearsal.journal.say(`  ${line.trim()}`);
      },
    });
  const planned = await commands.own('destroy', [name, ...context, '--plan', '--json']);
  const plan = JSON.parse(planned.output.slice(planned.output.indexOf('{'))) as Plan;

  if (plan.keepsData) {
    const hasty = await commands.own('destroy', [name, ...context, '--yes']);
    const standing = (await standingStacks(deployment)).length;
    const refused = hasty.code !== 0 && standing === plan.steps.length + plan.stays.length;
    add('destroy --yes', refused ? 'ok' : 'fault', refused ? 'refused: it keeps its data' : tail(hasty), hasty);
  }
  let done = await type();
  const offs = [...done.output.matchAll(OFF)].map(([, command = '']) => command.trim());
  if (done.code !== 0 && offs.length > 0) {
    const standing = (await standingStacks(deployment)).length;
    const untouched = standing === plan.steps.length + plan.stays.length;
    const said = `refused, with a command for each of ${offs.length} protections; ${standing} stacks stand`;
    add('destroy, protected', untouched ? 'ok' : 'fault', said, done);
    for (const off of offs) {
      const switched = await commands.aws(off.split(' '));
      if (switched.code !== 0) add('destroy, protected', 'gap', `aws ${off}: ${tail(switched, 1)}`, switched);
    }
    done = await type();
  }
  const problems = await untruths(deployment, plan);
  if (done.code !== 0) problems.unshift(`exit code ${done.code}: ${tail(done)}`);
  const outcome = [
    `as the plan says, ${plan.steps.length} stacks are gone, and ${keeping(plan).length} of their resources kept`,
    ...(plan.stays.length > 0 ? [`${plan.stays.join(', ')} stay`] : []),
  ].join('\n');
  add('destroy', problems.length > 0 ? 'fault' : 'ok', problems.join('\n') || outcome, done);
}

const keeping = ({ steps }: Plan) =>
  steps.flatMap(({ stack, keeps }) =>
    keeps.filter((kept) => !kept.endsWith('(as a snapshot)')).map((kept) => `${stack}/${kept.split(' ')[1]}`),
  );

/** Where what is left differs from what the plan promises. */
async function untruths(deployment: Deployment, plan: Plan): Promise<string[]> {
  const standing = await standingStacks(deployment);
  const kept = await keptByDeletion(deployment);
  const planned = keeping(plan);
  const list = (what: string, found: readonly string[]) => (found.length > 0 ? [`${what}: ${found.join(', ')}`] : []);
  return [
    ...list(
      'stands although the plan removes it',
      standing.filter((name) => !plan.stays.includes(name)),
    ),
    ...list(
      'gone although the plan keeps it',
      plan.stays.filter((name) => !standing.includes(name)),
    ),
    ...list(
      'kept although the plan does not say so',
      kept.filter((one) => !planned.includes(one)),
    ),
    ...list(
      'not kept although the plan says so',
      planned.filter((one) => !kept.includes(one)),
    ),
  ];
}

/** Stacks of the environment alone: those that it shares are never removed with it. */
async function standingStacks({ cloudFormation, stacks, rehearsal }: Deployment): Promise<string[]> {
  const { name: environment } = rehearsal.environment.config;
  const own = stacks.filter((stack) => stack.environment === environment);
  const states = await cloudFormation.stacks();
  return states.map(({ name }) => name).filter((name) => own.some((stack) => stack.name === name));
}
