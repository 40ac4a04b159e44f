import { resourcesOf } from '../../../assembly/assembly';
import { type Outcome, failed, ok } from '../../../report/findings';
import type { ClusterCheck } from './context';

interface Release {
  readonly name: string;
  readonly namespace: string;
  readonly status: string;
  readonly chart: string;
  readonly revision: string;
}

/** Helm knows every release as deployed, in the version that the template names. */
export const releases: ClusterCheck = {
  title: 'Helm releases',
  run: async ({ stacks, cluster }) => {
    const found = JSON.parse(await cluster.helm('list', '--all', '--all-namespaces', '--output', 'json')) as Release[];
    return resourcesOf(stacks, 'Custom::AWSCDK-EKS-HelmChart').map(({ properties, stack }): Outcome => {
      const { Release: name, Namespace: namespace, Version: version } = properties as Record<string, string>;
      const release = found.find((one) => one.name === name && one.namespace === namespace);
      if (!release)
        return failed(
          `${name} is not in namespace ${namespace}`,
          `npx cdk deploy ${stack.name}; if that finds no changes, docs/runbook.md#release-missing`,
        );
      const { status, chart, revision } = release;
      if (status.startsWith('pending-')) {
        return failed(`${name} is ${status}`, 'docs/runbook.md#release-pending');
      }
      if (status !== 'deployed') {
        return failed(
          `${name} is ${status}`,
          `helm history ${name} -n ${namespace}, then npx cdk deploy ${stack.name}`,
        );
      }
      if (version !== undefined && !chart.endsWith(`-${version}`)) {
        return failed(`${name} is ${chart}, not ${version}`, 'docs/runbook.md#release-missing');
      }
      return ok(`${name} ${chart}, revision ${revision}`);
    });
  },
};
