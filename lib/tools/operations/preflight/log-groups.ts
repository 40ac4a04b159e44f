import { paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { literals, resourcesOf } from '../../../assembly/assembly';
import { physicalIds } from '../deployed';
import { type Outcome, allOk, failed } from '../../../report/findings';
import type { PreflightCheck } from './context';

/** No log group of an earlier life holds a name that a stack is about to give. */
export const logGroups: PreflightCheck = {
  title: 'Log groups',
  run: async ({ environment: { config }, stacks, deployed, aws }) => {
    const ours = new Set(physicalIds(deployed, 'AWS::Logs::LogGroup'));
    const checked = await Promise.all(
      stacks.flatMap((stack) =>
        literals(resourcesOf([stack], 'AWS::Logs::LogGroup'), 'LogGroupName').map(async (name): Promise<Outcome[]> => {
          const pages = paginateDescribeLogGroups({ client: aws.in(stack.region).logs }, { logGroupNamePrefix: name });
          let exists = false;
          for await (const { logGroups: groups = [] } of pages) {
            exists ||= groups.some(({ logGroupName }) => logGroupName === name);
          }
          if (!exists || ours.has(name)) return [];
          const remove = `aws logs delete-log-group --log-group-name ${name} --region ${stack.region}`;
          return [
            failed(
              `${name} is left over, and ${stack.name} could not make it`,
              config.removal === 'retain' ? `keep it: npx cdk import ${stack.name}\nor remove it: ${remove}` : remove,
            ),
          ];
        }),
      ),
    );
    return allOk(checked.flat(), `${checked.length} names, all free or in use by this environment`);
  },
};
