import { stackPrefix } from '../../../config/environment';
import { allOk, failed, type Outcome } from '../../../report/findings';
import type { VerifyCheck } from './context';

const DONE = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE'];

/** Stacks that a deployment of the environment may leave out, because they are deployed on their own. */
const OWN_DEPLOYMENT = /Delivery$/;

/** Every stack's last change has arrived. */
export const stacksComplete: VerifyCheck = {
  title: 'Stacks',
  run: async ({ deployed }) => {
    const problems = deployed.flatMap(({ stack: { name }, status, statusReason }): Outcome[] => {
      if (status === undefined) {
        return OWN_DEPLOYMENT.test(name) ? [] : [failed(`${name} does not exist`, `npx cdk deploy ${name}`)];
      }
      if (DONE.includes(status)) return [];
      const found = `${name} is ${status}${statusReason ? `: ${statusReason}` : ''}`;
      return status.endsWith('_IN_PROGRESS')
        ? [failed(found, 'wait until the deployment ends')]
        : [
            failed(
              found,
              `the events of ${name} in the CloudFormation console name the cause; then npx cdk deploy ${name}`,
            ),
          ];
    });
    return allOk(problems, `${deployed.length - problems.length} complete`);
  },
};

/** The employee service's schema is the one its code expects: the migration ran in the deployment of that code. */
export const migration: VerifyCheck = {
  title: 'Database migration',
  run: async ({ environment, deployed }) => {
    // The data stack has a trigger too, of the database's users.
    const employee = `${stackPrefix(environment.config.name)}Employee`;
    const triggers = deployed
      .filter(({ stack }) => stack.name === employee)
      .flatMap(({ resources }) => resources.filter(({ ResourceType }) => ResourceType === 'Custom::Trigger'));
    if (triggers.length === 0)
      return failed(
        'has not run',
        `npx cdk deploy ${stackPrefix(environment.config.name)}, then see docs/runbook.md#failed-migration`,
      );
    const problems = triggers
      .filter(({ ResourceStatus }) => !DONE.includes(ResourceStatus ?? ''))
      .map(({ ResourceStatus, ResourceStatusReason = '' }) =>
        failed(`${ResourceStatus} ${ResourceStatusReason}`.trim(), 'docs/runbook.md#failed-migration'),
      );
    const last = triggers[0]?.LastUpdatedTimestamp?.toISOString().slice(0, 10);
    return allOk(problems, `applied${last ? `, last on ${last}` : ''}`);
  },
};
