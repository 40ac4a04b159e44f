import type { AssemblyStack } from '../../../lib/assembly/assembly';
import { Account, type DeployOptions, type Outcome } from './account';

export type App = readonly AssemblyStack[];

/** Reasons of what has not gone well, by stack. */
export const problems = (outcomes: ReadonlyMap<string, Outcome>) =>
  [...outcomes].filter(([, { reasons }]) => reasons.length > 0);

/** An account in which an app has been deployed without a failure. */
export function deployed(stacks: App, names: readonly string[], before = new Account()): Account {
  const account = before.copy();
  expect(problems(account.deploy(stacks, names))).toEqual([]);
  return account;
}

export interface FailOptions extends DeployOptions {
  /**
   * Names that the deployment is to keep when their resources go.
   *
   * @default - none
   */
  readonly keeps?: readonly string[];
}

/**
 * Runs a deployment once for each resource that it touches, with that resource failing, and then unchanged: the first run must be
 * taken back and leave nothing, and the second must succeed. Every other time with the stacks that `--concurrency`
 * finishes beside the failed one.
 *
 * @returns the resources that have failed, by stack
 */
export function failEach(
  before: Account,
  stacks: App,
  names: readonly string[],
  options: FailOptions = {},
): Set<string> {
  const { rollback = true, keeps = [] } = options;
  const failed = new Set<string>();
  let others = false;
  const going = new Account(before).deploy(stacks, names);
  for (const { name, dependencies, ...stack } of stacks.filter((each) => going.has(each.name))) {
    const upstream = before.copy();
    upstream.deploy(stacks, dependencies);
    for (const failAt of upstream.pending({ name, dependencies, ...stack })) {
      failed.add(`${name}/${failAt}`);
      others = !others;
      const account = before.copy();
      const first = account.deploy(stacks, names, { ...options, failIn: name, failAt, others });
      const left = account.leftNames.filter((kept) => !keeps.includes(kept));
      const second = account.deploy(stacks, names, options);
      expect({ first: problems(first), left, second: problems(second), stale: account.staleStacks }).toEqual({
        first: [
          [
            name,
            {
              status: expect.stringMatching(rollback ? /^(UPDATE_)?ROLLBACK_COMPLETE$/ : /^UPDATE_FAILED$/),
              reasons: [`${failAt}: failed`],
            },
          ],
        ],
        left: before.leftNames.filter((kept) => !keeps.includes(kept)),
        second: [],
        stale: [],
      });
    }
  }
  return failed;
}

/** Fails each resource once in the first deployment of an environment, and then each of its pipeline's. */
export function failFirst(stacks: App, workloads: string, pipeline?: string): void {
  const failed = failEach(new Account(), stacks, [workloads]);
  const account = deployed(stacks, [workloads]);
  if (pipeline)
    failEach(account, stacks, [pipeline], { exclusively: true }).forEach((resource) => failed.add(resource));
  const all = stacks.flatMap(({ name: stack, resources }) => Object.keys(resources).map((id) => `${stack}/${id}`));
  expect(all.length).toBeGreaterThan(200);
  expect(all.filter((resource) => !failed.has(resource))).toEqual([]);
}
