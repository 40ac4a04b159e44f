import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECRClient } from '@aws-sdk/client-ecr';
import { EKSClient } from '@aws-sdk/client-eks';
import { ElastiCacheClient } from '@aws-sdk/client-elasticache';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { RDSClient } from '@aws-sdk/client-rds';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { type Outcome, notRun } from '../../report/findings';

/** AWS as the commands see it: one client per service in one region, with the caller's own credentials. */
export class Aws {
  readonly cache: ElastiCacheClient;
  readonly cloudFormation: CloudFormationClient;
  readonly ec2: EC2Client;
  readonly ecr: ECRClient;
  readonly eks: EKSClient;
  readonly loadBalancing: ElasticLoadBalancingV2Client;
  readonly logs: CloudWatchLogsClient;
  readonly quotas: ServiceQuotasClient;
  readonly rds: RDSClient;
  readonly secrets: SecretsManagerClient;
  readonly ssm: SSMClient;
  readonly sts: STSClient;

  /**
   * @param endpoint one address for every service, such as that of an emulator
   */
  constructor(
    readonly region: string,
    readonly endpoint?: string,
  ) {
    const options = { region, endpoint };
    this.cache = new ElastiCacheClient(options);
    this.cloudFormation = new CloudFormationClient(options);
    this.ec2 = new EC2Client(options);
    this.ecr = new ECRClient(options);
    this.eks = new EKSClient(options);
    this.loadBalancing = new ElasticLoadBalancingV2Client(options);
    this.logs = new CloudWatchLogsClient(options);
    this.quotas = new ServiceQuotasClient(options);
    this.rds = new RDSClient(options);
    this.secrets = new SecretsManagerClient(options);
    this.ssm = new SSMClient(options);
    this.sts = new STSClient(options);
  }

  /** The same caller in another region. */
  in(region: string): Aws {
    return region === this.region ? this : new Aws(region, this.endpoint);
  }
}

/** What AWS answers; undefined where it says, by the name of an error, that there is no such thing. */
export async function unlessMissing<T>(answer: Promise<T>, missing: string): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (errorName(error) === missing) return undefined;
    throw error;
  }
}

/** Name of an error of the SDK, such as `ResourceNotFoundException`. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

const SIGN_IN = 'sign in (aws sso login, or aws configure), set AWS_PROFILE if the profile is not the default one';

/** What an error of AWS means to the person who runs a command. */
export function explainAwsError(error: unknown): Outcome {
  const name = errorName(error);
  const message = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
  if (name === 'CredentialsProviderError') return notRun('no AWS credentials found', SIGN_IN);
  if (/^(ExpiredToken|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidSignature)/.test(name)) {
    return notRun(`AWS does not accept the credentials (${name})`, SIGN_IN);
  }
  if (/AccessDenied|UnauthorizedOperation|AuthFailure|NotAuthorized/.test(name)) {
    return notRun(`not allowed: ${message}`, 'use a role that may read this, for example one with ReadOnlyAccess');
  }
  if (
    /^(TimeoutError|AggregateError)$/.test(name) ||
    /ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN/.test(message ?? '')
  ) {
    return notRun(`AWS cannot be reached: ${message || name}`, 'check the network, proxy and region');
  }
  return notRun(`${name}: ${message}`, 'run the command again; if it stays, the message says what AWS refuses');
}
