import type { Aws } from '../aws';
import { type DeployedStack, physicalIds } from '../deployed';
import { allOk, failed, type Outcome } from '../../../report/findings';
import { protections } from '../protection';
import type { PreflightCheck } from './context';

/** No stack is in a state that takes no deployment. */
export const stackStates: PreflightCheck = {
  title: 'Stacks',
  run: async ({ deployed, aws }) => {
    const problems = await Promise.all(
      deployed.map(async (deployedStack): Promise<Outcome[]> => {
        const { stack, status = '', statusReason, terminationProtection } = deployedStack;
        const found = `${stack.name} is ${status}${statusReason ? `: ${statusReason}` : ''}`;
        const command = (verb: string) =>
          `aws cloudformation ${verb} --stack-name ${stack.name} --region ${stack.region}`;
        if (status === 'UPDATE_FAILED')
          return [failed(found, `npx cdk deploy ${stack.name} --exclusively --no-rollback`)];
        if (status === 'UPDATE_ROLLBACK_FAILED') return [failed(found, goesOn(deployedStack, command))];
        // The CDK CLI deletes what a creation has rolled back, if it may.
        if (status === 'ROLLBACK_COMPLETE' && !terminationProtection) return [];
        if (/^(ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED|DELETE_FAILED|REVIEW_IN_PROGRESS)$/.test(status)) {
          const off = await switchesOff(aws.in(stack.region), deployedStack);
          return [failed(found, [...off, command('delete-stack')].join('\n'))];
        }
        return status.endsWith('_IN_PROGRESS') ? [failed(found, 'wait until the other deployment ends')] : [];
      }),
    );
    const count = deployed.filter(({ status }) => status !== undefined).length;
    return allOk(problems.flat(), `${count} of ${deployed.length} exist, all ready for a deployment`);
  },
};

/** What cannot go back, such as the version of a cluster, is left as it has become. */
function goesOn({ resources }: DeployedStack, command: (verb: string) => string): string {
  const stuck = resources
    .filter(({ ResourceStatus }) => ResourceStatus === 'UPDATE_FAILED')
    .map(({ LogicalResourceId = '' }) => LogicalResourceId);
  const skip =
    stuck.length > 0
      ? `\nwhere that fails again: ${command('continue-update-rollback')} --resources-to-skip ${stuck.join(' ')}`
      : '';
  return `${command('continue-update-rollback')}${skip}`;
}

/** Commands after which nothing that is left of a stack refuses to be deleted. */
async function switchesOff(aws: Aws, stack: DeployedStack): Promise<string[]> {
  // What failed to be made may not exist.
  const left = {
    ...stack,
    resources: stack.resources.filter(({ ResourceStatus = '' }) => /COMPLETE$|^DELETE_FAILED$/.test(ResourceStatus)),
  };
  const on = (await protections(aws, [left])).filter((protection) => protection.on);
  return [
    ...on.map(({ off }) => off),
    ...physicalIds([left], 'AWS::Cognito::UserPool').map(
      (pool) =>
        `aws cognito-idp update-user-pool --deletion-protection INACTIVE --user-pool-id ${pool} --region ${aws.region}`,
    ),
  ];
}
