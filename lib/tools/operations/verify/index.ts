import { MissingProgramError } from '../../../assembly/kubernetes/tools';
import { configFile, environmentId } from '../../../config/environment';
import { explainAwsError } from '../aws';
import { type ClusterAccess, withCluster } from '../cluster-access';
import { deployedStacks } from '../deployed';
import { type Finding, type Outcome, failed, notRun, ok, runChecks, skipped } from '../../../report/findings';
import { publicAddress } from './api';
import { autoscalers } from './autoscalers';
import { cache, cacheClients } from './cache';
import type { OperationContext } from '../context';
import type { ClusterCheck, VerifyCheck } from './context';
import { externalSecrets } from './external-secrets';
import { placement } from './placement';
import { podsReady } from './pods';
import { protection } from './protection';
import { releases } from './releases';
import { migration, stacksComplete } from './stacks';
import { standIns } from './stand-ins';
import { bindings, employeeTargets } from './targets';
import { volumeClaims } from './volume-claims';

const OUTSIDE: readonly VerifyCheck[] = [stacksComplete, protection, migration, employeeTargets, cache, publicAddress];

const INSIDE: readonly ClusterCheck[] = [
  releases,
  podsReady,
  standIns,
  placement,
  autoscalers,
  bindings,
  cacheClients,
  externalSecrets,
  volumeClaims,
];

export interface VerifyProps extends Omit<OperationContext, 'deployed'> {
  /**
   * A way into the cluster, such as through a tunnel.
   *
   * @default - the cluster's own address, as the caller of AWS
   */
  readonly cluster?: ClusterAccess;
}

/** Looks whether a deployment works, from the stacks to the answer that a browser gets. */
export async function verify({ cluster, ...props }: VerifyProps): Promise<Finding[]> {
  const { aws, stacks, environment } = props;
  const name = `${environmentId(environment.config.name)}-cluster`;
  let context: OperationContext;
  try {
    context = { ...props, deployed: await deployedStacks(aws, stacks) };
  } catch (error) {
    const why = asFailure(explainAwsError(error));
    const rest = skipped<never>([...OUTSIDE, ...INSIDE], 'not looked at', 'settle the access to AWS first');
    return [{ check: 'AWS', ...why }, ...rest];
  }

  const inside = async (access: ClusterAccess): Promise<Finding[]> => {
    const check = 'Kubernetes API';
    try {
      await access.get('/version');
    } catch (error) {
      return [
        { check, ...unreachable(name, props, error as Error) },
        ...skipped(INSIDE, 'not looked at', 'open a way into the cluster first'),
      ];
    }
    const reached: Finding = { check, ...ok(`${name} answers`) };
    return [reached, ...(await runChecks(INSIDE, { ...context, cluster: access }, explainKubernetesError))];
  };
  const insideFindings = cluster
    ? inside(cluster)
    : withCluster(aws, name, inside).catch((error: unknown) => [
        { check: 'Kubernetes API', ...asFailure(explainAwsError(error)) },
        ...skipped(INSIDE, 'not looked at', 'the cluster comes first'),
      ]);
  const [outside, findings] = await Promise.all([runChecks(OUTSIDE, context, explainAwsError), insideFindings]);
  return [...outside, ...findings];
}

function asFailure(outcome: Outcome): Outcome {
  return outcome.result === 'ok' ? outcome : failed(outcome.found, outcome.fix);
}

/** The endpoint is private unless the config opens it, so most machines do not reach it. */
function unreachable(
  name: string,
  { environment: { config } }: Pick<VerifyProps, 'environment'>,
  error: Error,
): Outcome {
  if (error instanceof MissingProgramError) return notRun(error.found, error.remedy);
  const message = error.message.split('\n').at(-1) ?? '';
  if (/Unauthorized|must be logged in|Forbidden/i.test(error.message)) {
    return failed(
      `${name} does not know the caller: ${message}`,
      `add your role to kubernetes.access in ${configFile(config.name)} (AmazonEKSAdminViewPolicy is enough) and deploy`,
    );
  }
  const cidrs = config.kubernetes.publicAccessCidrs;
  const opened = cidrs.length > 0 ? `open to ${cidrs.join(', ')} only` : 'private';
  return failed(
    `${name} cannot be reached from here (${message}); its endpoint is ${opened}`,
    [
      `either add your address to kubernetes.publicAccessCidrs in ${configFile(config.name)} and npx cdk deploy the Cluster stack`,
      `or go through a node: docs/runbook.md#private-endpoint, then npm run verify -- ${config.name} --kubeconfig <file>`,
    ].join('\n'),
  );
}

function explainKubernetesError(error: unknown): Outcome {
  if (!(error instanceof Error) || error.name !== 'Error') return explainAwsError(error);
  const message = error.message.split('\n').at(-1) ?? '';
  if (/forbidden/i.test(message)) {
    return notRun(
      message,
      'kubernetes.access in lib/config: AmazonEKSAdminViewPolicy may read everything that is looked at',
    );
  }
  if (/could not find the requested resource|not found/i.test(message)) {
    return failed(message, 'a controller that brings this kind is missing; see the Helm releases');
  }
  return notRun(message, 'run the command again; if it stays, the message says what the cluster refuses');
}
