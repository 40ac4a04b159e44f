import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { errorName } from '../aws';
import { failed, ok } from '../../../report/findings';
import type { PreflightCheck } from './context';

/** `cdk bootstrap` has prepared every region that the environment uses, and lately enough. */
export const bootstrap: PreflightCheck = {
  title: 'CDK bootstrap',
  run: async ({ stacks, aws, account }) => {
    const regions = new Map<string, { parameter: string; version: number }>();
    for (const stack of stacks) {
      const known = regions.get(stack.region);
      if (!known || known.version < stack.bootstrap.version) regions.set(stack.region, stack.bootstrap);
    }
    return Promise.all(
      [...regions].map(async ([region, { parameter, version }]) => {
        const fix = `npx cdk bootstrap aws://${account}/${region}`;
        try {
          const { Parameter } = await aws.in(region).ssm.send(new GetParameterCommand({ Name: parameter }));
          const found = Number(Parameter?.Value);
          return found >= version
            ? ok(`version ${found} in ${region}, ${version} is enough`)
            : failed(`version ${found} in ${region}, ${version} is needed`, fix);
        } catch (error) {
          if (errorName(error) === 'ParameterNotFound') return failed(`${region} is not bootstrapped`, fix);
          throw error;
        }
      }),
    );
  },
};
