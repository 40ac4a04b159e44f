import { allOk, failed, type Outcome } from '../findings';
import type { PreflightCheck } from './context';

/** No stack is in a state that takes no deployment. */
export const stackStates: PreflightCheck = {
  title: 'Stacks',
  run: async ({ deployed }) => {
    const problems = deployed.flatMap(({ stack: { name, region }, status, statusReason }): Outcome[] => {
      if (status === undefined) return [];
      const found = `${name} is ${status}${statusReason ? `: ${statusReason}` : ''}`;
      const command = (verb: string) => `aws cloudformation ${verb} --stack-name ${name} --region ${region}`;
      if (status.endsWith('_IN_PROGRESS')) return [failed(found, 'wait until the other deployment ends')];
      if (status === 'UPDATE_ROLLBACK_FAILED') return [failed(found, command('continue-update-rollback'))];
      if (status === 'DELETE_FAILED') return [failed(found, command('delete-stack'))];
      if (status === 'ROLLBACK_FAILED') return [failed(found, command('delete-stack'))];
      return [];
    });
    const count = deployed.filter(({ status }) => status !== undefined).length;
    return allOk(problems, `${count} of ${deployed.length} exist, all ready for a deployment`);
  },
};
