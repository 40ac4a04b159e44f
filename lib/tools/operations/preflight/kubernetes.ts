import {
  DescribeClusterCommand,
  DescribeClusterVersionsCommand,
  paginateDescribeAddonVersions,
} from '@aws-sdk/client-eks';
import { configFile, environmentId } from '../../../config/environment';
import { KUBERNETES_VERSIONS, KUBERNETES_VERSION_NAMES } from '../../../config/kubernetes-versions';
import { resourcesOf } from '../../../assembly/assembly';
import { type Aws, unlessMissing } from '../aws';
import { type Outcome, allOk, failed, ok, warning } from '../../../report/findings';
import type { PreflightCheck } from './context';

const DAY = 24 * 60 * 60 * 1000;

/** Days before the end of support from which on a deployment says so. */
const NOTICE_DAYS = 60;

/** EKS still makes a cluster of the version, and a running one may go there. */
export const kubernetesVersion: PreflightCheck = {
  title: 'Kubernetes version',
  run: async ({ environment: { config }, aws, today }) => {
    const { version } = config.kubernetes;
    const file = `kubernetes.version in ${configFile(config.name)}`;
    const running = await runningVersion(aws, `${environmentId(config.name)}-cluster`);
    if (running && running !== version) {
      if (minor(running) > minor(version)) {
        return failed(
          `the cluster runs ${running}, and EKS never goes down to ${version}`,
          `set ${file} to ${running}, or give -c kubernetes=${running} again`,
        );
      }
      const next = `1.${minor(running) + 1}`;
      return version === next
        ? ok(`the cluster runs ${running} and goes to ${version}`)
        : failed(
            `the cluster runs ${running}, which cannot become ${version} in one step`,
            `set ${file} to ${next}: EKS goes up one minor at a time and never down`,
          );
    }

    const { clusterVersions = [] } = await aws.eks.send(new DescribeClusterVersionsCommand({ includeAll: true }));
    const offered = clusterVersions.filter(({ versionStatus }) => versionStatus !== 'UNSUPPORTED');
    const found = offered.find(({ clusterVersion }) => clusterVersion === version);
    const end =
      found?.endOfExtendedSupportDate?.toISOString().slice(0, 10) ?? KUBERNETES_VERSIONS[version].extendedSupportEnd;
    const known = offered.flatMap(({ clusterVersion = '' }) =>
      KUBERNETES_VERSION_NAMES.filter((name) => name === clusterVersion && name !== version),
    );
    const later = known.sort();
    const upgrade = `set ${file} to ${later.join(' or ') || 'a later minor'}`;
    const create = later.length > 0 ? `${upgrade}, or deploy with -c kubernetes=${later.at(-1)}` : upgrade;
    // On the day itself EKS refuses already.
    if (!found || today >= end) {
      const gone = `extended support of ${version} ended on ${end}`;
      return running
        ? warning(`${gone}; EKS upgrades the running cluster by itself`, `go to 1.${minor(version) + 1} before it does`)
        : failed(`${gone}: EKS makes no such cluster any more`, create);
    }
    const left = Math.round((Date.parse(end) - Date.parse(today)) / DAY);
    const state = `${version} is in ${found.versionStatus === 'EXTENDED_SUPPORT' ? 'extended' : 'standard'} support`;
    return left <= NOTICE_DAYS
      ? warning(`${state}; it ends on ${end}, in ${left} days`, running ? upgrade : create)
      : ok(`${state} until ${end} at the latest`);
  },
};

/** The add-on versions of the templates exist for the Kubernetes version. */
export const addons: PreflightCheck = {
  title: 'EKS add-ons',
  run: async ({ environment: { config }, stacks, aws }) => {
    const { version } = config.kubernetes;
    const wanted = resourcesOf(stacks, 'AWS::EKS::Addon').flatMap(({ properties }) =>
      typeof properties.AddonVersion === 'string'
        ? [{ name: String(properties.AddonName), version: properties.AddonVersion }]
        : [],
    );
    const problems = await Promise.all(
      wanted.map(async ({ name, version: addonVersion }): Promise<Outcome[]> => {
        const offered: { version: string; isDefault: boolean }[] = [];
        const pages = paginateDescribeAddonVersions(
          { client: aws.eks },
          { addonName: name, kubernetesVersion: version },
        );
        for await (const { addons: found = [] } of pages) {
          for (const { addonVersions = [] } of found) {
            for (const { addonVersion: one = '', compatibilities = [] } of addonVersions) {
              offered.push({ version: one, isDefault: compatibilities.some(({ defaultVersion }) => defaultVersion) });
            }
          }
        }
        if (offered.some((one) => one.version === addonVersion)) return [];
        const instead = offered.find(({ isDefault }) => isDefault)?.version ?? offered[0]?.version;
        return [
          failed(
            `${name} ${addonVersion} does not exist for Kubernetes ${version}`,
            instead
              ? `set it to ${instead} in lib/config/kubernetes-versions.ts`
              : `aws eks describe-addon-versions --kubernetes-version ${version} lists the add-ons there are`,
          ),
        ];
      }),
    );
    return allOk(problems.flat(), `${wanted.length} add-ons, all offered for ${version}`);
  },
};

/** The package with the kubectl and Helm that deploy the charts is installed. */
export const kubectlLayer: PreflightCheck = {
  title: 'kubectl layer',
  run: async ({ environment: { config }, installed }) => {
    const { package: name, version } = KUBERNETES_VERSIONS[config.kubernetes.version].kubectlLayer;
    return installed(name, version)
      ? ok(`${name} ${version}`)
      : failed(`${name} ${version} is not installed`, `npm install --save-exact ${name}@${version}`);
  },
};

async function runningVersion({ eks }: Aws, name: string): Promise<string | undefined> {
  const answer = await unlessMissing(eks.send(new DescribeClusterCommand({ name })), 'ResourceNotFoundException');
  return answer?.cluster?.version;
}

function minor(version: string): number {
  return Number(version.split('.')[1]);
}
