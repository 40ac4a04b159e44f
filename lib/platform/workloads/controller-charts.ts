import { LOAD_BALANCER_CONTROLLER_VERSION } from '../cluster/load-balancer-controller-policy';
import { type Values, child } from '../../config/values';

/** Kinds of a value; `map` holds keys of the reader's choice, such as node labels. */
type ValueKind = 'boolean' | 'integer' | 'string' | 'map' | 'list';

/** A value that a chart's templates read, and the template where it can be seen. */
interface AcceptedValue {
  readonly kind: ValueKind;
  readonly source: string;
}

/** What a chart refuses, or takes and does not do. */
interface ChartRule {
  readonly rule: string;
  readonly source: string;
  readonly holds: (values: Values) => boolean;
}

/** A chart that somebody else publishes, in one version, and what that version accepts of the values that are set here. */
export interface UpstreamChart {
  /** Name of the chart, and of its release. */
  readonly name: string;

  /** Address of the Helm repository. */
  readonly repository: string;

  /** Version of the chart; a new one means reading its templates again. */
  readonly version: string;

  /** Where the templates of this version are published. */
  readonly source: string;

  /** Dotted path to what the templates read there. Helm ignores every other path silently. */
  readonly accepts: Readonly<Record<string, AcceptedValue>>;

  /** What values must fulfil together. */
  readonly rules: readonly ChartRule[];
}

const value = (kind: ValueKind, source: string): AcceptedValue => ({ kind, source });

/** A pod's own settings, which the charts name alike. */
const pod = (source: string, prefix = ''): Record<string, AcceptedValue> => ({
  [`${prefix}nodeSelector`]: value('map', source),
  [`${prefix}resources`]: value('map', source),
  [`${prefix}topologySpreadConstraints`]: value('list', source),
});

const exactlyOneLimit = (values: Values): boolean =>
  ['minAvailable', 'maxUnavailable'].filter((limit) => limit in child(values, 'podDisruptionBudget')).length === 1;

/**
 * The charts of the controllers. A deployment would find out what they refuse after half an hour, and what they ignore
 * never, so the reading of their templates stands here and every synth holds the values against it.
 */
export const CONTROLLER_CHARTS = {
  loadBalancerController: {
    name: 'aws-load-balancer-controller',
    repository: 'https://aws.github.io/eks-charts',
    version: LOAD_BALANCER_CONTROLLER_VERSION,
    source:
      'https://github.com/kubernetes-sigs/aws-load-balancer-controller/tree/v3.2.2/helm/aws-load-balancer-controller/templates',
    accepts: {
      clusterName: value('string', 'deployment.yaml'),
      region: value('string', 'deployment.yaml'),
      vpcId: value('string', 'deployment.yaml'),
      replicaCount: value('integer', 'deployment.yaml'),
      ...pod('deployment.yaml'),
      'serviceAccount.create': value('boolean', 'serviceaccount.yaml'),
      'serviceAccount.name': value('string', '_helpers.tpl'),
      // The whole map becomes the budget's spec.
      'podDisruptionBudget.minAvailable': value('integer', 'pdb.yaml'),
      'podDisruptionBudget.maxUnavailable': value('integer', 'pdb.yaml'),
      enableServiceMutatorWebhook: value('boolean', 'webhook.yaml'),
      keepTLSSecret: value('boolean', '_helpers.tpl'),
    },
    rules: [
      {
        rule: 'clusterName is required',
        source: 'deployment.yaml',
        holds: ({ clusterName }) => clusterName !== undefined && clusterName !== '',
      },
      {
        rule: 'podDisruptionBudget has one of minAvailable and maxUnavailable: the API refuses both, and none limits nothing',
        source: 'pdb.yaml',
        holds: exactlyOneLimit,
      },
      {
        rule: 'podDisruptionBudget needs a replicaCount above 1, or no budget is rendered',
        source: 'pdb.yaml',
        holds: ({ replicaCount }) => Number(replicaCount) > 1,
      },
    ],
  },
  externalSecrets: {
    name: 'external-secrets',
    repository: 'https://charts.external-secrets.io',
    version: '2.9.0',
    source:
      'https://github.com/external-secrets/external-secrets/tree/helm-chart-2.9.0/deploy/charts/external-secrets/templates',
    accepts: {
      installCRDs: value('boolean', 'crds'),
      'serviceAccount.create': value('boolean', 'serviceaccount.yaml'),
      'serviceAccount.name': value('string', '_helpers.tpl'),
      scopedNamespace: value('string', 'deployment.yaml'),
      processClusterStore: value('boolean', 'deployment.yaml'),
      processClusterExternalSecret: value('boolean', 'deployment.yaml'),
      processClusterGenerator: value('boolean', 'rbac.yaml'),
      processClusterPushSecret: value('boolean', 'deployment.yaml'),
      processPushSecret: value('boolean', 'deployment.yaml'),
      'rbac.serviceAccountTokenCreate': value('boolean', 'rbac.yaml'),
      'rbac.servicebindings.create': value('boolean', 'rbac.yaml'),
      'rbac.aggregateToEdit': value('boolean', 'rbac.yaml'),
      leaderElect: value('boolean', 'deployment.yaml'),
      replicaCount: value('integer', 'deployment.yaml'),
      'podDisruptionBudget.enabled': value('boolean', 'poddisruptionbudget.yaml'),
      'podDisruptionBudget.minAvailable': value('integer', 'poddisruptionbudget.yaml'),
      ...pod('deployment.yaml'),
      'webhook.replicaCount': value('integer', 'webhook-deployment.yaml'),
      'webhook.podDisruptionBudget.enabled': value('boolean', 'webhook-poddisruptionbudget.yaml'),
      'webhook.podDisruptionBudget.minAvailable': value('integer', 'webhook-poddisruptionbudget.yaml'),
      ...pod('webhook-deployment.yaml', 'webhook.'),
      ...pod('cert-controller-deployment.yaml', 'certController.'),
    },
    rules: [
      {
        rule: 'processPushSecret: false demands processClusterPushSecret: false',
        source: '_helpers.tpl',
        holds: ({ processPushSecret = true, processClusterPushSecret = true }) =>
          processPushSecret !== false || processClusterPushSecret === false,
      },
      {
        rule: 'replicaCount above 1 demands leaderElect: true, or every replica writes',
        source: 'deployment.yaml',
        holds: ({ replicaCount = 1, leaderElect = false }) => Number(replicaCount) <= 1 || leaderElect === true,
      },
      {
        rule: 'podDisruptionBudget.minAvailable is below replicaCount, or no node can be drained',
        source: 'poddisruptionbudget.yaml',
        holds: (values) =>
          [values, child(values, 'webhook')].every((part) => {
            const { enabled = false, minAvailable = 1 } = child(part, 'podDisruptionBudget');
            return enabled !== true || Number(minAvailable) < Number(part.replicaCount ?? 1);
          }),
      },
    ],
  },
  metricsServer: {
    name: 'metrics-server',
    repository: 'https://kubernetes-sigs.github.io/metrics-server/',
    version: '3.13.1',
    source:
      'https://github.com/kubernetes-sigs/metrics-server/tree/metrics-server-helm-chart-3.13.1/charts/metrics-server/templates',
    accepts: {
      replicas: value('integer', 'deployment.yaml'),
      'podDisruptionBudget.enabled': value('boolean', 'pdb.yaml'),
      'podDisruptionBudget.minAvailable': value('integer', 'pdb.yaml'),
      'podDisruptionBudget.maxUnavailable': value('integer', 'pdb.yaml'),
      ...pod('deployment.yaml'),
    },
    rules: [
      {
        rule: 'podDisruptionBudget has one of minAvailable and maxUnavailable: the API refuses both, and none limits nothing',
        source: 'pdb.yaml',
        holds: exactlyOneLimit,
      },
      {
        rule: 'podDisruptionBudget.minAvailable is from 1 to below replicas: 0 is dropped, and more holds every drain',
        source: 'pdb.yaml',
        holds: (values) => {
          const { minAvailable = 1 } = child(values, 'podDisruptionBudget');
          return Number(minAvailable) >= 1 && Number(minAvailable) < Number(values.replicas ?? 1);
        },
      },
    ],
  },
} as const satisfies Record<string, UpstreamChart>;

/**
 * What is wrong with values for a chart: paths that it does not read, values of another kind, rules that do not hold.
 *
 * @returns one sentence per problem
 */
export function chartProblems({ name, version, source, accepts, rules }: UpstreamChart, values: Values): string[] {
  const problems: string[] = [];
  const visit = (node: Values, prefix: string) => {
    for (const [key, found] of Object.entries(node)) {
      const path = `${prefix}${key}`;
      const accepted = Object.hasOwn(accepts, path) ? accepts[path] : undefined;
      if (accepted) {
        if (kindOf(found) !== accepted.kind) {
          problems.push(
            `${path} is ${JSON.stringify(found)}; ${accepted.source} takes a value of kind ${accepted.kind}`,
          );
        }
      } else if (kindOf(found) === 'map' && Object.keys(accepts).some((known) => known.startsWith(`${path}.`))) {
        visit(found as Values, `${path}.`);
      } else {
        problems.push(`${path} is not among the values that are known to be read`);
      }
    }
  };
  visit(values, '');
  for (const { rule, source: file, holds } of rules) if (!holds(values)) problems.push(`${rule} (${file})`);
  return problems.map((problem) => `${name} ${version}: ${problem}; see ${source}`);
}

function kindOf(found: unknown): ValueKind | undefined {
  if (typeof found === 'string' || typeof found === 'boolean') return typeof found as 'string' | 'boolean';
  if (Number.isInteger(found)) return 'integer';
  if (Array.isArray(found)) return 'list';
  return typeof found === 'object' && found !== null ? 'map' : undefined;
}
