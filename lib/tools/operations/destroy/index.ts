import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { type EnvironmentConfig, environmentId } from '../../../config/environment';
import { type AssemblyStack, resourcesOf } from '../../../assembly/assembly';
import { type Aws, errorName, explainAwsError } from '../aws';
import { deployedStacks, physicalIds } from '../deployed';
import { protections } from '../protection';
import { claimedVolumes, kafkaInterfaces, leftovers, strayGroups, strayInterfaces } from './leftovers';
import { type Obstacle, abandoned, snapshotsInTheWay } from './obstacles';
import { type RemovalPlan, describePlan, removalPlan } from './plan';

/** Tries per stack: interfaces of functions and of the cluster are let go some minutes after their owners. */
const ATTEMPTS = 4;

/** Milliseconds between two tries. */
const PAUSE = 120_000;

/** Milliseconds between two looks at the volumes, and how many looks. */
const VOLUME_PAUSE = 10_000;
const VOLUME_LOOKS = 30;

/** What the removal does to the world outside. */
export interface RemovalEffects {
  readonly say: (text: string) => void;

  /** Asks the person at the terminal. undefined when there is none. */
  readonly ask: (question: string) => Promise<string | undefined>;

  /** Removes one stack with the CDK CLI. @returns its exit code */
  readonly cdkDestroy: (stack: string) => Promise<number>;

  readonly sleep: (milliseconds: number) => Promise<void>;
}

export interface DestroyProps extends RemovalEffects {
  /** The environment to remove. */
  readonly config: EnvironmentConfig;

  /** Stacks of the environment, upstream first. */
  readonly stacks: readonly AssemblyStack[];

  /** Clients of its account and region. */
  readonly aws: Aws;

  /** Only say what would happen; asks nothing of AWS. */
  readonly planOnly: boolean;

  /** Remove the stacks as well that keep something in their network. */
  readonly includeData: boolean;

  /** Do not ask. Not for an environment that keeps its data. */
  readonly yes: boolean;
}

/**
 * Removes an environment.
 *
 * @returns exit code: 0 removed, 1 not or not entirely, 2 wrongly called
 */
export async function destroy(props: DestroyProps): Promise<0 | 1 | 2> {
  const { config, stacks, aws, planOnly, includeData, yes, say } = props;
  const plan = removalPlan(config, stacks, { includeData });
  say(describePlan(plan));
  if (planOnly) return 0;
  if (yes && plan.keepsData) {
    say(`--yes does not count for ${config.name}, which keeps its data: somebody has to type its name.`);
    return 2;
  }
  try {
    const { Account = '' } = await aws.sts.send(new GetCallerIdentityCommand({}));
    if (config.account !== undefined && config.account !== Account) {
      say(`Signed in to account ${Account}, but ${config.name} belongs to ${config.account}. Nothing was removed.`);
      return 1;
    }
    const deployed = await deployedStacks(aws, stacks);
    const going = plan.steps.map(({ stack }) => stack.name);
    const standing = deployed.filter(({ stack }) => going.includes(stack.name));
    const refused = (why: string, obstacles: readonly Obstacle[]) => {
      if (obstacles.length > 0)
        say([why, ...obstacles.flatMap(({ what, off }) => [`- ${what}`, `  ${off}`])].join('\n'));
      return obstacles.length > 0;
    };
    const on = (await protections(aws, standing)).filter((protection) => protection.on);
    if (refused(`${config.name} is protected, so nothing was removed. Who means it switches off first:`, on)) return 1;
    const left = await abandoned(aws, config, stacks);
    if (refused('Nothing was removed: these stacks left the app and still stand. First:', left)) return 1;
    const snapshots = await snapshotsInTheWay(aws, standing);
    if (refused('Nothing was removed: snapshots hold what would go. Copy what you need of them; then:', snapshots))
      return 1;
    const [vpcId] = physicalIds(deployed, 'AWS::EC2::VPC');
    const networkGoes = plan.steps.some(({ stack }) => holdsNetwork(stack));
    // Brokers that go with their stack take their interfaces along.
    const kafkaGoes = !plan.keepsData && physicalIds(deployed, 'AWS::MSK::Cluster').length > 0;
    if (networkGoes && !kafkaGoes && vpcId && (await kafkaInterfaces(aws, vpcId)) > 0) {
      say(
        'The Kafka cluster still stands in the network. Nothing was removed. First: aws kafka delete-cluster --cluster-arn <arn>',
      );
      return 1;
    }
    if (!yes && !(await confirmed(props, Account))) {
      say('Nothing was removed.');
      return 1;
    }
    const existing = new Set(deployed.filter(({ status }) => status !== undefined).map(({ stack }) => stack.name));
    for (const { stack, awaitVolumes } of plan.steps) {
      if (!existing.has(stack.name)) say(`${stack.name} does not exist`);
      else if (!(await removeStack(props, stack, vpcId))) return 1;
      if (awaitVolumes) await volumesGone(props, plan);
    }
    return await cleanUp(props, plan, existing);
  } catch (error) {
    const { found, ...outcome } = explainAwsError(error);
    say(
      `Stopped: ${found}${'fix' in outcome ? `\nTo go on: ${outcome.fix}` : ''}\nThe command may be run again; it goes on where it stopped.`,
    );
    return 1;
  }
}

async function confirmed({ config, ask }: DestroyProps, account: string): Promise<boolean> {
  const answer = await ask(`Remove ${config.name} from account ${account}? Type its name: `);
  return answer?.trim() === config.name;
}

function holdsNetwork(stack: AssemblyStack): boolean {
  return resourcesOf([stack], 'AWS::EC2::VPC').length > 0;
}

async function removeStack(
  { cdkDestroy, aws, say, sleep }: DestroyProps,
  stack: AssemblyStack,
  vpcId?: string,
): Promise<boolean> {
  const { name } = stack;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (vpcId !== undefined) {
      for (const { what, remove } of await strayInterfaces(aws, vpcId)) {
        say(`Deleting ${what}`);
        await remove?.();
      }
      // The network goes last, when nothing that EKS made the group for is there any more.
      for (const { what, remove } of holdsNetwork(stack) ? await strayGroups(aws, vpcId) : []) {
        try {
          await remove?.();
          say(`Deleted ${what}`);
        } catch (error) {
          if (errorName(error) !== 'DependencyViolation') throw error;
          say(`${what} is still in use`);
        }
      }
    }
    say(`Removing ${name}${attempt > 1 ? `, attempt ${attempt} of ${ATTEMPTS}` : ''}`);
    if ((await cdkDestroy(name)) === 0) return true;
    if (attempt < ATTEMPTS) {
      say(
        `${name} is still there; AWS may hold its network interfaces for some minutes. Waiting ${PAUSE / 60_000} minutes.`,
      );
      await sleep(PAUSE);
    }
  }
  say(`${name} could not be removed; its events in CloudFormation name the cause. The command may be run again.`);
  return false;
}

/** The driver that deletes volumes goes with the cluster, so they come first. */
async function volumesGone({ aws, say, sleep }: DestroyProps, plan: RemovalPlan): Promise<void> {
  for (let look = 0; look < VOLUME_LOOKS; look++) {
    const volumes = await claimedVolumes(aws, plan);
    const waiting = plan.keepsData ? volumes.filter(({ State }) => State !== 'available') : volumes;
    if (waiting.length === 0) return;
    say(
      `Waiting for ${waiting.length} volume${waiting.length === 1 ? '' : 's'} to be ${plan.keepsData ? 'detached' : 'deleted'}`,
    );
    await sleep(VOLUME_PAUSE);
  }
  say('Some volumes are still there; the last step takes care of them.');
}

async function cleanUp(
  { config, aws, say }: DestroyProps,
  plan: RemovalPlan,
  seen: ReadonlySet<string>,
): Promise<0 | 1> {
  const name = environmentId(config.name);
  const left = await leftovers(aws, plan, seen);
  if (plan.keepsData) {
    say([`${name} is removed. Kept, and still paid for:`, ...left.map(({ what }) => `- ${what}`)].join('\n'));
    return 0;
  }
  let failures = 0;
  for (const { what, remove } of left) {
    try {
      await remove?.();
      say(remove ? `Deleted ${what}` : `Left alone, because no stack of this removal made it: ${what}`);
    } catch (error) {
      failures++;
      say(`Could not delete ${what}: ${explainAwsError(error).found}`);
    }
  }
  const removed = left.some(({ remove }) => !remove)
    ? `${name} is removed, but for what was left alone.`
    : `${name} is removed; nothing of it is left that costs money.`;
  say(failures === 0 ? removed : `${failures} thing${failures === 1 ? ' is' : 's are'} left.`);
  return failures === 0 ? 0 : 1;
}
