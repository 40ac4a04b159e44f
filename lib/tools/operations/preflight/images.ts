import { BatchGetImageCommand, DescribeImagesCommand, GetDownloadUrlForLayerCommand } from '@aws-sdk/client-ecr';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { registryStackName, stackPrefix } from '../../../config/environment';
import { isArm } from '../../../config/validate';
import { child, mergeValues } from '../../../config/values';
import { imageParameter } from '../../../platform/workloads/parameters';
import { type Aws, errorName, unlessMissing } from '../aws';
import { type Outcome, failed, ok } from '../../../report/findings';
import type { Request } from '../http';
import type { PreflightCheck } from './context';

/** The images that the release starts are in the registry, made for the nodes that run them. */
export const images: PreflightCheck = {
  title: 'Service images',
  run: async ({ environment: { values, config }, aws, account, request }) => {
    if (values.standIn) return ok(`none is needed: ${values.standIn} stands in for every service`);
    const registry = `${account}.dkr.ecr.${config.region}.amazonaws.com`;
    const defaults = child(values.merged, 'serviceDefaults');
    const platform = config.kubernetes.serviceNodes.instanceTypes.some(isArm) ? 'linux/arm64' : 'linux/amd64';
    return Promise.all(
      values.services.map(async ({ key, name: service, repository }): Promise<Outcome> => {
        const image = child(mergeValues(defaults, child(child(values.merged, 'services'), key)), 'image');
        const digest = String(image.digest ?? '');
        const released = config.delivery && (await parameter(aws, imageParameter(config.name, service)));
        const tag = released ?? String(image.tag || 'latest');
        const name = digest ? `${repository}@${digest}` : `${repository}:${tag}`;
        const id = { repositoryName: repository, imageIds: [digest ? { imageDigest: digest } : { imageTag: tag }] };
        const build = [
          `aws ecr get-login-password --region ${config.region} | docker login --username AWS --password-stdin ${registry}`,
          `docker buildx build --platform ${platform} --tag ${registry}/${repository}:${tag} --push <folder of ${service}>`,
        ].join('\n');
        const without = `or without images: npx cdk deploy ${stackPrefix(config.name)} -c standIn=${config.name}`;
        try {
          const { imageDetails = [] } = await aws.ecr.send(new DescribeImagesCommand(id));
          const pushed = imageDetails[0]?.imagePushedAt?.toISOString().slice(0, 10);
          const { images: found = [] } = await aws.ecr.send(
            new BatchGetImageCommand({ ...id, acceptedMediaTypes: MANIFESTS }),
          );
          const platforms = await platformsOf(found[0]?.imageManifest ?? '{}', repository, aws, request);
          return platforms.includes(platform)
            ? ok(`${name}${pushed ? `, pushed on ${pushed}` : ''}, for ${platforms.join(', ')}`)
            : failed(`${name} is for ${platforms.join(', ') || 'no platform'}, and the nodes are ${platform}`, build);
        } catch (error) {
          if (errorName(error) === 'RepositoryNotFoundException') {
            return failed(
              `there is no repository ${repository}`,
              `npx cdk deploy ${registryStackName(config.region)}, then push the image:\n${build}\n${without}`,
            );
          }
          if (errorName(error) === 'ImageNotFoundException') {
            return failed(
              `there is no image ${name}`,
              released
                ? `run the pipeline, or aws ssm delete-parameter --name ${imageParameter(config.name, service)}, so that the tag of chart/values-${config.name}.yaml counts`
                : `${digest ? `set image.digest to one of aws ecr list-images --repository-name ${repository}` : build}\nor set the tag in chart/values-${config.name}.yaml\n${without}`,
            );
          }
          throw error;
        }
      }),
    );
  },
};

/** A list of images by platform, or one image; Docker's types and those of the OCI. */
const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

interface Platform {
  readonly os?: string;
  readonly architecture?: string;
}

/** Platforms such as `linux/amd64` that an image is made for. */
async function platformsOf(
  manifest: string,
  repositoryName: string,
  { ecr }: Aws,
  request: Request,
): Promise<string[]> {
  const { manifests, config } = JSON.parse(manifest) as {
    manifests?: { platform?: Platform }[];
    config?: { digest: string };
  };
  const platforms = (manifests ?? []).map(({ platform }) => platform);
  // A single image says it in its configuration only.
  if (config) {
    const layer = new GetDownloadUrlForLayerCommand({ repositoryName, layerDigest: config.digest });
    const { downloadUrl = '' } = await ecr.send(layer);
    platforms.push(JSON.parse((await request(downloadUrl)).body) as Platform);
  }
  // An attestation is listed beside the images, for a platform that is unknown.
  return platforms.flatMap((one) =>
    one?.os && one.architecture && one.os !== 'unknown' ? [`${one.os}/${one.architecture}`] : [],
  );
}

/** Value of a parameter; undefined when it does not exist. */
async function parameter({ ssm }: Aws, Name: string): Promise<string | undefined> {
  const answer = await unlessMissing(ssm.send(new GetParameterCommand({ Name })), 'ParameterNotFound');
  return answer?.Parameter?.Value;
}
