import {
  CloudFormationClient,
  type StackEvent,
  paginateDescribeStackEvents,
  paginateListStacks,
} from '@aws-sdk/client-cloudformation';
import type { Emulator } from './emulator';

/** A stack as CloudFormation has it. */
export interface StackState {
  readonly name: string;
  readonly id: string;
  readonly status: string;
  readonly region: string;
}

/** What CloudFormation says, over all regions of an environment. */
export class CloudFormation {
  private readonly clients: ReadonlyMap<string, CloudFormationClient>;

  constructor(regions: readonly string[], { endpoint, account }: Emulator) {
    const credentials = { accessKeyId: account, secretAccessKey: 'rehearsal' };
    this.clients = new Map(
      regions.map((region) => [region, new CloudFormationClient({ region, endpoint, credentials })]),
    );
  }

  /** Stacks that exist. */
  async stacks(): Promise<StackState[]> {
    return (await this.all()).filter(({ status }) => status !== 'DELETE_COMPLETE');
  }

  /** Every stack there ever was. */
  async all(): Promise<StackState[]> {
    const found: StackState[] = [];
    for (const [region, client] of this.clients) {
      for await (const { StackSummaries = [] } of paginateListStacks({ client }, {})) {
        for (const { StackName: name = '', StackId: id = '', StackStatus: status = '' } of StackSummaries)
          found.push({ name, id, status, region });
      }
    }
    return found;
  }

  /** Events of a stack, oldest first. */
  async events({ id, region }: StackState): Promise<StackEvent[]> {
    const client = this.clients.get(region);
    if (!client) throw new Error(`No client for ${region}`);
    const events: StackEvent[] = [];
    for await (const { StackEvents = [] } of paginateDescribeStackEvents({ client }, { StackName: id }))
      events.push(...StackEvents);
    return events.reverse();
  }
}

/** What went wrong last, by the events of a stack. */
export function failures(events: readonly StackEvent[]): string {
  const failed = events.filter(({ ResourceStatus = '' }) => ResourceStatus.endsWith('_FAILED')).slice(-5);
  const said = failed.map(
    ({ LogicalResourceId, ResourceType, ResourceStatusReason }) =>
      `${LogicalResourceId} (${ResourceType}): ${ResourceStatusReason}`,
  );
  return said.join('; ') || 'no event says why';
}
