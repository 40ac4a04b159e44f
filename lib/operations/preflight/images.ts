import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { DescribeImagesCommand } from '@aws-sdk/client-ecr';
import { child, mergeValues } from '../../config/values';
import { imageParameter } from '../../delivery/parameters';
import { type Aws, errorName } from '../aws';
import { type Outcome, failed, ok } from '../findings';
import type { PreflightCheck } from './context';

/** The images that the release starts are in the registry. */
export const images: PreflightCheck = {
  title: 'Service images',
  run: async ({ environment: { values, config }, aws, account }) => {
    const registry = `${account}.dkr.ecr.${config.region}.amazonaws.com`;
    const defaults = child(values.merged, 'serviceDefaults');
    return Promise.all(
      values.services.map(async ({ key, name: service, repository }): Promise<Outcome> => {
        const image = child(mergeValues(defaults, child(child(values.merged, 'services'), key)), 'image');
        const digest = String(image.digest ?? '');
        const released = config.delivery && (await parameter(aws, imageParameter(config.name, service)));
        const tag = released ?? String(image.tag || 'latest');
        const name = digest ? `${repository}@${digest}` : `${repository}:${tag}`;
        try {
          const { imageDetails = [] } = await aws.ecr.send(
            new DescribeImagesCommand({
              repositoryName: repository,
              imageIds: [digest ? { imageDigest: digest } : { imageTag: tag }],
            }),
          );
          const pushed = imageDetails[0]?.imagePushedAt?.toISOString().slice(0, 10);
          return ok(`${name}${pushed ? `, pushed on ${pushed}` : ''}`);
        } catch (error) {
          if (errorName(error) === 'RepositoryNotFoundException') {
            return failed(`there is no repository ${repository}`, 'npx cdk deploy ErpRegistry, then push the image');
          }
          if (errorName(error) === 'ImageNotFoundException') {
            return failed(
              `there is no image ${name}`,
              released
                ? `run the pipeline, or aws ssm delete-parameter --name ${imageParameter(config.name, service)}, so that the tag of chart/values-${config.name}.yaml counts`
                : `docker push ${registry}/${name}, or set the tag in chart/values-${config.name}.yaml`,
            );
          }
          throw error;
        }
      }),
    );
  },
};

/** Value of a parameter; undefined when it does not exist. */
async function parameter({ ssm }: Aws, Name: string): Promise<string | undefined> {
  try {
    return (await ssm.send(new GetParameterCommand({ Name }))).Parameter?.Value;
  } catch (error) {
    if (errorName(error) === 'ParameterNotFound') return undefined;
    throw error;
  }
}
