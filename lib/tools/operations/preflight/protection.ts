import { stackPrefix } from '../../../config/environment';
import { PROTECTION } from '../../../config/run';
import { stands } from '../deployed';
import { enumerate, warning } from '../../../report/findings';
import { turnOn, protectionIsOn } from '../protection';
import type { PreflightCheck } from './context';

/** Nothing is protected before it stands, and everything that shall be protected is afterwards. */
export const protection: PreflightCheck = {
  title: 'Protection',
  run: async (context) => {
    const { environment, deployed } = context;
    const missing = deployed.filter((stack) => !stands(stack)).map(({ stack }) => stack.name);
    if (!environment.config.protection || missing.length === 0) return protectionIsOn(context);
    const prefix = stackPrefix(environment.config.name);
    // What stands and is protected stays so.
    const exclusively = deployed.some((stack) => stands(stack) && stack.terminationProtection) ? ' --exclusively' : '';
    return warning(
      `${enumerate(missing)} will be created: what is protected cannot be rolled back if that fails`,
      [
        `npx cdk deploy ${missing.includes(prefix) && !exclusively ? prefix : missing.join(' ')}${exclusively} -c ${PROTECTION}=off`,
        `and when all stands: ${turnOn(deployed)}`,
      ].join('\n'),
    );
  },
};
