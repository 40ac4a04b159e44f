import {
  DescribeStacksCommand,
  type Stack,
  type StackResourceSummary,
  paginateDescribeStacks,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { type EnvironmentConfig, stackPrefix } from '../../config/environment';
import { FIREWALL_REGION } from '../../platform/edge/firewall-stack';
import { type AssemblyStack, environmentOf } from '../../assembly/assembly';
import type { Aws } from './aws';
import { errorName } from './aws';

/** A stack of the assembly as AWS has it. */
export interface DeployedStack {
  readonly stack: AssemblyStack;

  /** undefined when it does not exist. */
  readonly status?: string;

  readonly statusReason?: string;
  readonly outputs: ReadonlyMap<string, string>;
  readonly terminationProtection: boolean;
  readonly resources: readonly StackResourceSummary[];
}

/** What AWS knows of the given stacks, in their order. */
export async function deployedStacks(aws: Aws, stacks: readonly AssemblyStack[]): Promise<DeployedStack[]> {
  return Promise.all(
    stacks.map(async (stack) => {
      const regional = aws.in(stack.region);
      const found = await describeStack(regional, stack.name);
      const resources: StackResourceSummary[] = [];
      if (found) {
        const pages = paginateListStackResources({ client: regional.cloudFormation }, { StackName: stack.name });
        for await (const page of pages) resources.push(...(page.StackResourceSummaries ?? []));
      }
      return {
        stack,
        status: found?.StackStatus,
        statusReason: found?.StackStatusReason,
        outputs: new Map(
          (found?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey ?? '', OutputValue ?? '']),
        ),
        terminationProtection: found?.EnableTerminationProtection ?? false,
        resources,
      };
    }),
  );
}

/** Whether a creation of a stack has succeeded, so that there is something to update. */
export function stands({ status }: Pick<DeployedStack, 'status'>): boolean {
  return status !== undefined && !/^(CREATE_(FAILED|IN_PROGRESS)|ROLLBACK_|DELETE_|REVIEW_)/.test(status);
}

/**
 * Stacks of an environment that stand in the account and are none of the app any more, youngest first: what config has switched
 * off. The CDK CLI knows nothing of them. Other apps of the account may use the same tag, so their names have to fit as well.
 */
export async function abandonedStacks(
  aws: Aws,
  { name: environment, region }: Pick<EnvironmentConfig, 'name' | 'region'>,
  stacks: readonly AssemblyStack[],
): Promise<(Stack & { readonly region: string })[]> {
  const perRegion = await Promise.all(
    [...new Set([region, FIREWALL_REGION])].map(async (where) => {
      const found: (Stack & { region: string })[] = [];
      for await (const { Stacks = [] } of paginateDescribeStacks({ client: aws.in(where).cloudFormation }, {}))
        found.push(...Stacks.map((stack) => ({ ...stack, region: where })));
      return found;
    }),
  );
  return perRegion
    .flat()
    .filter(
      ({ StackName = '', RootId, Tags = [], region: where }) =>
        // A nested stack goes with its parent.
        RootId === undefined &&
        StackName.startsWith(stackPrefix(environment)) &&
        environmentOf({ tags: Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])) }) === environment &&
        !stacks.some((stack) => stack.name === StackName && stack.region === where),
    )
    .sort((one, other) => Number(other.CreationTime) - Number(one.CreationTime));
}

/** Physical ids of a type in the deployed stacks. */
export function physicalIds(deployed: readonly DeployedStack[], type: string): string[] {
  return deployed.flatMap(({ resources }) =>
    resources
      .filter(({ ResourceType, ResourceStatus }) => ResourceType === type && ResourceStatus !== 'DELETE_COMPLETE')
      .flatMap(({ PhysicalResourceId }) => PhysicalResourceId ?? []),
  );
}

async function describeStack({ cloudFormation }: Aws, StackName: string): Promise<Stack | undefined> {
  try {
    const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
    return Stacks?.[0];
  } catch (error) {
    // CloudFormation has no error of its own for it.
    if (errorName(error) === 'ValidationError' && /does not exist/.test((error as Error).message)) return undefined;
    throw error;
  }
}
