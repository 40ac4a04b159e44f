import * as cdk from 'aws-cdk-lib';
import { AwsCustomResource } from 'aws-cdk-lib/custom-resources';
import type { IConstruct } from 'constructs';
import type { Environment } from '../../config';
import { type Acknowledgement, inPacks } from './acknowledgement';
import { MANIFEST_PACK } from './manifest-checks';

const NIST = 'NIST.800.53.R5';
const HIPAA = 'HIPAA.Security';
const PCI = 'PCI.DSS.321';
const SERVERLESS = 'Serverless';

const aws = (rule: string) => `AwsSolutions::AwsSolutions-${rule}`;
const managedPolicy = (name: string) => aws(`IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${name}]`);
const wildcardAction = (action: string) => aws(`IAM5[Action::${action}]`);
const wildcardResource = (resource: string) => aws(`IAM5[Resource::${resource}]`);

/** What packs say of every function that a custom resource of the library runs. */
const CUSTOM_RESOURCE_FUNCTION = [
  ...inPacks([NIST, HIPAA], 'LambdaConcurrency'),
  ...inPacks([NIST, HIPAA, SERVERLESS], 'LambdaDLQ'),
  ...inPacks([SERVERLESS], 'LambdaTracing'),
];

/** Reading deployment assets, as `grantRead` of the library says it. */
function assetReads(at: IConstruct): string[] {
  const { account, region, synthesizer } = cdk.Stack.of(at);
  const owner = cdk.Token.isUnresolved(account) ? '<AWS::AccountId>' : account;
  return [
    ...['s3:GetBucket*', 's3:GetObject*', 's3:List*'].map(wildcardAction),
    wildcardResource(`arn:aws:s3:::cdk-${synthesizer.bootstrapQualifier}-assets-${owner}-${region}/*`),
  ];
}

function logicalId(construct: IConstruct): string {
  return String(cdk.Stack.of(construct).resolve((construct.node.defaultChild as cdk.CfnElement).logicalId));
}

/** The one function of a stack that runs its AwsCustomResources. */
const CUSTOM_RESOURCE_ID = `AWS${AwsCustomResource.PROVIDER_FUNCTION_UUID.replaceAll('-', '')}`;

const UNPROTECTED =
  'CloudFormation cannot roll back what is protected against deletion, so a creation that fails would block its own retry. The command line left the protection out of this run alone, with -c protection=off.';
const BACK_ON =
  'The synth warns, and preflight and verify name the command that turns the protection on, until it is on.';

const REMOVABLE =
  'removal says that nothing here outlives its stacks, and one command must be able to take them away, which protection would stop.';

function isRemovable({ config }: Environment): boolean {
  return !config.protection && config.removal === 'destroy';
}

/** Whether something that outlives its stacks goes without protection, which only one run may ask for. */
function isUnprotected({ config }: Environment): boolean {
  return !config.protection && config.removal === 'retain';
}

function usesCache({ values }: Environment): boolean {
  return values.services.some(({ usesRedis }) => usesRedis);
}

/**
 * Every finding that stays, and the whole list of them. What could be fixed by a line of config or code is fixed; what is
 * here is made by the CDK library, is a property of the design, or is a saving that a line of config decides; such an entry
 * stands as long as the line does, in whichever environment.
 */
export const REGISTER: readonly Acknowledgement[] = [
  {
    name: 'kubectl-provider',
    at: ({ cluster }) => [cluster.cluster.kubectlProvider],
    ids: (provider) => {
      const handler = provider.node.findChild('Handler');
      const handlerId = logicalId(handler);
      const publicEcr = String(
        cdk.Stack.of(provider).resolve((handler.node.findChild('HasEcrPublic') as cdk.CfnCondition).logicalId),
      );
      return [
        ...CUSTOM_RESOURCE_FUNCTION,
        ...inPacks([SERVERLESS], 'LambdaLatestVersion'),
        ...inPacks([SERVERLESS], 'LambdaDefaultMemorySize'),
        ...inPacks([NIST, HIPAA, PCI], 'IAMNoInlinePolicy'),
        aws('L1'),
        managedPolicy('service-role/AWSLambdaBasicExecutionRole'),
        managedPolicy('service-role/AWSLambdaVPCAccessExecutionRole'),
        managedPolicy('AmazonEC2ContainerRegistryReadOnly'),
        aws(
          `IAM4[Policy::{"Fn::If":["${publicEcr}",{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":iam::aws:policy/AmazonElasticContainerRegistryPublicReadOnly"]]},{"Ref":"AWS::NoValue"}]}]`,
        ),
        wildcardResource(`<${handlerId}.Arn>:*`),
        ...assetReads(provider),
      ];
    },
    reason:
      'The two functions that run Helm and kubectl are made by aws-eks-v2, which lets nobody choose their runtime, queue, tracing or policies. CloudFormation calls them and waits for the answer, so there is no event that a dead-letter queue could keep, and a limit of concurrency would fail deployments of several charts.',
    control:
      'They stand in private subnets, are callable by the deployment alone, log to an encrypted group, and hold Kubernetes rights by one access entry; the assets they read are this app’s own.',
    owner: 'platform',
    review: '2027-03-31',
  },
  {
    name: 'frontend-deployment',
    at: ({ edge }) => [edge.frontend.deployment.handlerRole.node.scope],
    ids: (handler, { edge }) => [
      ...CUSTOM_RESOURCE_FUNCTION,
      ...inPacks([SERVERLESS], 'LambdaLatestVersion'),
      ...inPacks([NIST, HIPAA, PCI], 'IAMNoInlinePolicy'),
      ...inPacks([NIST, HIPAA, PCI], 'LambdaInsideVPC'),
      aws('L1'),
      managedPolicy('service-role/AWSLambdaBasicExecutionRole'),
      ...assetReads(handler),
      wildcardAction('s3:Abort*'),
      wildcardAction('s3:DeleteObject*'),
      wildcardResource('*'),
      wildcardResource(`<${logicalId(edge.frontend.bucket)}.Arn>/*`),
    ],
    reason:
      'BucketDeployment of the library makes this function, with its runtime and policies. It copies the frontend while CloudFormation waits, so there is no event for a dead-letter queue, and CloudFront invalidations know no resource-level permission. It talks to S3 and CloudFront alone; in the VPC it would reach databases that it now cannot.',
    control:
      'It may write to the frontend bucket only, read this app’s assets only, and logs to an encrypted group; the bucket keeps 30 days of versions.',
    owner: 'platform',
    review: '2027-03-31',
  },
  {
    name: 'msk-brokers-function',
    when: ({ config }) => config.msk !== undefined,
    at: ({ data }) => [data.kafka && data.node.findChild(CUSTOM_RESOURCE_ID)],
    ids: [...CUSTOM_RESOURCE_FUNCTION, ...inPacks([NIST, HIPAA, PCI], 'LambdaInsideVPC')],
    reason:
      'AwsCustomResource of the library makes this function. It asks MSK for the brokers’ addresses while CloudFormation waits, once per change of the cluster: no event for a queue, no load to limit, nothing in the VPC to reach.',
    control: 'Its role holds kafka:GetBootstrapBrokers on the one cluster and writes to one encrypted log group.',
    owner: 'platform',
    review: '2027-03-31',
  },
  {
    name: 'eks-service-role',
    at: ({ cluster }) => [cluster.cluster.role],
    ids: [managedPolicy('AmazonEKSClusterPolicy')],
    reason:
      'EKS documents this policy as the one its control plane needs, and AWS extends it when a version of Kubernetes asks for more. A copy of ours would break clusters on the day it lags behind.',
    control: 'Only eks.amazonaws.com may assume the role, and no pod or person can.',
    owner: 'security',
    review: '2027-06-30',
  },
  {
    name: 'node-role',
    at: ({ cluster }) => [cluster.nodes.role],
    ids: [
      managedPolicy('AmazonEKSWorkerNodePolicy'),
      managedPolicy('AmazonEC2ContainerRegistryPullOnly'),
      managedPolicy('AmazonSSMManagedInstanceCore'),
    ],
    reason:
      'Managed node groups refuse nodes without the first two, and Session Manager replaces SSH with the third. AWS keeps all three in step with the agents on the image.',
    control: 'Pods do not get this role: IMDSv2 with a hop limit of one, and a pod identity for each that needs AWS.',
    owner: 'security',
    review: '2027-06-30',
  },
  {
    name: 'add-on-roles',
    at: ({ cluster }) => [cluster.addons],
    ids: [managedPolicy('AmazonEKS_CNI_Policy'), managedPolicy('service-role/AmazonEBSCSIDriverPolicy')],
    reason:
      'Each add-on’s own documentation asks for the policy of its name, and its next version may call what a copy of ours lacks.',
    control: 'Each role is bound to one service account in kube-system by EKS Pod Identity.',
    owner: 'security',
    review: '2027-06-30',
  },
  {
    name: 'container-insights-role',
    when: ({ config }) => config.observability.containerInsights,
    at: ({ cluster }) => [cluster.insights?.role],
    ids: [managedPolicy('CloudWatchAgentServerPolicy')],
    reason:
      'The add-on’s documentation asks for this policy; it writes metrics and logs, calls that know no resource-level permission or whose log streams the agent names itself.',
    control:
      'The role is bound to the agent’s service account by EKS Pod Identity; the log groups are ours, encrypted and limited.',
    owner: 'security',
    review: '2027-06-30',
  },
  {
    name: 'trace-writers',
    at: ({ cluster, data, employee }) => [
      cluster.identities.tracesRole,
      data.users.maker.role,
      ...employee.function.roles,
    ],
    ids: [managedPolicy('AWSXRayDaemonWriteAccess')],
    reason:
      'Writing traces and reading sampling rules know no resource-level permission, so a policy of our own would have the same star.',
    control: 'The policy can write telemetry and read sampling rules, and nothing that a trace contains.',
    owner: 'application',
    review: '2027-06-30',
  },
  {
    name: 'employee-network-interfaces',
    at: ({ data, employee }) => [data.users.maker.role, ...employee.function.roles],
    ids: [managedPolicy('service-role/AWSLambdaVPCAccessExecutionRole')],
    reason:
      'Lambda makes the function’s network interfaces with these rights, under ids that nobody knows beforehand; a policy of our own would have the same star.',
    control: 'Only lambda.amazonaws.com may assume the role; data rights are a policy of its own with full ARNs.',
    owner: 'application',
    review: '2027-06-30',
  },
  {
    name: 'database-monitoring-role',
    at: ({ data }) => [data.database.instance.node.findChild('MonitoringRole')],
    ids: [managedPolicy('service-role/AmazonRDSEnhancedMonitoringRole')],
    reason: 'RDS accepts this policy for enhanced monitoring; it writes the RDSOSMetrics log groups and nothing else.',
    control: 'Only monitoring.rds.amazonaws.com may assume the role.',
    owner: 'data',
    review: '2027-06-30',
  },
  {
    name: 'backup-role',
    when: ({ config }) => config.database.backupPlan,
    at: ({ data }) => [data.backup],
    ids: [managedPolicy('service-role/AWSBackupServiceRolePolicyForBackup')],
    reason: 'AWS Backup documents this policy as the one its jobs need, and extends it with the services it learns.',
    control:
      'Only backup.amazonaws.com may assume the role; it cannot restore or delete, and one database is selected.',
    owner: 'data',
    review: '2027-06-30',
  },
  {
    name: 'load-balancer-controller-policy',
    at: ({ cluster }) => [cluster.identities.loadBalancerControllerPolicy],
    ids: [
      '*',
      'arn:aws:ec2:*:*:security-group/*',
      ...['loadbalancer/app/*/*', 'loadbalancer/net/*/*', 'targetgroup/*/*'].map(elasticLoadBalancing),
      ...['listener/app/*/*/*', 'listener/net/*/*/*'].map(elasticLoadBalancing),
      ...['listener-rule/app/*/*/*', 'listener-rule/net/*/*/*'].map(elasticLoadBalancing),
    ].map(wildcardResource),
    reason:
      'The policy is the one that the controller’s project publishes for exactly this version and reads back in its support. Most of its calls list, and the rest know their targets only by the tags it sets itself.',
    control:
      'Changes are bound to resources that carry the tag elbv2.k8s.aws/cluster; the role belongs to one service account; the controller’s webhook for Services is off and the chart makes no Ingress.',
    owner: 'platform',
    review: '2027-03-31',
  },
  {
    name: 'access-log-bucket',
    at: ({ network }) => [network.accessLogs],
    ids: [aws('S1'), ...inPacks([NIST, HIPAA, PCI], 'S3BucketLoggingEnabled')],
    reason:
      'This bucket receives the access logs of all others. Logged into itself, every line would make the next one.',
    control: 'Nobody writes but the log delivery services; the bucket is private, versioned, TLS-only.',
    owner: 'security',
    review: '2027-06-30',
  },
  {
    name: 'access-log-encryption',
    at: ({ network }) => [network.accessLogs],
    ids: inPacks([NIST, HIPAA, PCI], 'S3DefaultEncryptionKMS'),
    reason:
      'Application Load Balancers and S3 server access logging deliver to buckets with S3-managed keys only; with a KMS key the logs would be lost.',
    control: 'Encrypted at rest with S3-managed keys, TLS in transit, all public access blocked.',
    owner: 'security',
    review: '2027-06-30',
  },
  {
    name: 'frontend-encryption',
    at: ({ edge }) => [edge.frontend.bucket],
    ids: inPacks([NIST, HIPAA, PCI], 'S3DefaultEncryptionKMS'),
    reason:
      'The bucket holds what every visitor downloads, so a key of our own keeps nothing secret. Its policy would have to trust every distribution of the account, because the distribution’s id does not exist before the bucket does.',
    control: 'Encrypted at rest with S3-managed keys; readable through one distribution by origin access control.',
    owner: 'security',
    review: '2027-06-30',
  },
  {
    name: 'bucket-replication',
    at: ({ network, edge }) => [network.accessLogs, edge.frontend.bucket],
    ids: inPacks([NIST, HIPAA, PCI], 'S3BucketReplicationEnabled'),
    reason:
      'The frontend is deployed from the repository and can be deployed anywhere again; access logs expire by themselves and no process reads them back. The system lives in one region by its owner’s decision, so a copy elsewhere would serve nobody.',
    control: 'S3 keeps every object in three zones; both buckets keep versions.',
    owner: 'security',
    review: '2027-06-30',
  },
  {
    name: 'public-subnets',
    at: ({ network }) => network.vpc.publicSubnets,
    ids: inPacks([NIST, HIPAA, PCI], 'VPCNoUnrestrictedRouteToIGW'),
    reason: 'NAT gateways stand in these subnets and are of no use without a route to the internet gateway.',
    control:
      'Nothing else stands there: nodes, functions and load balancers are in private subnets, the database in isolated ones, and no subnet gives out public addresses.',
    owner: 'platform',
    review: '2027-06-30',
  },
  {
    name: 'mongodb-secret',
    at: ({ data }) => [data.mongodbSecret],
    ids: [aws('SMG4'), ...inPacks([NIST, HIPAA], 'SecretsManagerRotationEnabled')],
    reason:
      'MongoDB Atlas issues the password, and the operator writes it here: there is nothing in AWS that a rotation function could change it with.',
    control: 'KMS key, read by one role; the runbook asks for a new password every 90 days.',
    owner: 'data',
    review: '2027-03-31',
  },
  {
    name: 'database-in-one-zone',
    when: ({ config }) => !config.database.multiAz,
    at: ({ data }) => [data.database.instance],
    ids: [aws('RDS3'), ...inPacks([NIST, HIPAA], 'RDSMultiAZSupport')],
    reason:
      'database.multiAz says that this environment may wait while its database comes back; a second instance doubles the price.',
    control: 'Automated backups restore it to any second of database.backupRetentionDays, in either zone.',
    owner: 'data',
    review: '2027-06-30',
  },
  {
    name: 'database-outside-backup-plan',
    when: ({ config }) => !config.database.backupPlan,
    at: ({ data }) => [data.database.instance],
    ids: inPacks([NIST, HIPAA], 'RDSInBackupPlan'),
    reason:
      'database.backupPlan says that nothing here has to survive the loss of the instance with its own backups, which is what a vault is for.',
    control: 'Automated backups for database.backupRetentionDays; migrations make the schema again from nothing.',
    owner: 'data',
    review: '2027-06-30',
  },
  {
    name: 'removable-database',
    when: isRemovable,
    at: ({ data }) => [data.database.instance],
    ids: [aws('RDS10'), ...inPacks([NIST, HIPAA], 'RDSInstanceDeletionProtectionEnabled')],
    reason: REMOVABLE,
    control: 'npm run destroy lists what goes and asks; migrations make the schema again from nothing.',
    owner: 'data',
    review: '2027-06-30',
  },
  {
    name: 'cache-without-password',
    when: usesCache,
    at: ({ data }) => [data.cache],
    ids: [aws('AEC6')],
    reason:
      'The services read REDIS_HOST and REDIS_PORT and nothing else: they connect by plain TCP and send no password, and one that asked for it would refuse them. AUTH needs TLS for every client, which is the second half of the same change.',
    control:
      'The security group admits the cluster’s alone, network policies the services that declare uses.redis; the nodes stand in isolated subnets, take TLS from whoever asks for it, and are encrypted at rest.',
    owner: 'application',
    review: '2027-03-31',
  },
  {
    name: 'cache-of-one-node',
    when: (environment) => usesCache(environment) && environment.config.cache.nodes === 1,
    at: ({ data }) => [data.cache],
    ids: [aws('AEC4')],
    reason: 'cache.nodes says that sessions here are not worth a second node.',
    control: 'The services make every key again; nothing has its only copy there.',
    owner: 'data',
    review: '2027-06-30',
  },
  {
    name: 'cache-snapshots',
    when: (environment) => usesCache(environment) && environment.config.cache.snapshotRetentionDays < 15,
    at: ({ data }) => [data.cache],
    ids: inPacks([NIST, HIPAA], 'ElastiCacheRedisClusterAutomaticBackup'),
    reason:
      'The rule wants 15 days of snapshots. cache.snapshotRetentionDays says that the sessions of this environment are of no use for so long.',
    control: 'The services make every key again; nothing has its only copy there.',
    owner: 'data',
    review: '2027-06-30',
  },
  {
    name: 'removable-load-balancers',
    when: isRemovable,
    at: ({ edge }) => [edge.employeeLoadBalancer.loadBalancer, edge.loadBalancer.loadBalancer],
    ids: inPacks([NIST, HIPAA], 'ELBDeletionProtectionEnabled'),
    reason: REMOVABLE,
    control: 'Both load balancers are made again from the template and hold no state.',
    owner: 'platform',
    review: '2027-06-30',
  },
  {
    name: 'unreserved-concurrency',
    when: ({ config }) => config.employee.reservedConcurrency === undefined,
    at: ({ data, employee, workloads }) => [
      data.users.maker.function,
      employee.function.function,
      employee.function.migration,
      workloads.releasedImages?.function,
    ],
    ids: inPacks([NIST, HIPAA], 'LambdaConcurrency'),
    reason:
      'A new account may run ten functions at once, and Lambda reserves none of those. employee.reservedConcurrency reserves where the quota allows it.',
    control:
      'The API throttles, the database bounds the connections of a user, and an alarm watches the throttles of the function.',
    owner: 'application',
    review: '2027-06-30',
  },
  {
    name: 'optional-second-factor',
    when: ({ config }) => config.edge.mfa === 'optional',
    at: ({ edge }) => [edge.users.pool],
    ids: [aws('COG2')],
    reason: 'edge.mfa leaves the second factor to each user, as suits accounts that see test data only.',
    control:
      'Roles come from groups that only administrators fill, and passwords have twelve characters of four kinds.',
    owner: 'security',
    review: '2027-06-30',
  },
  {
    name: 'no-threat-protection',
    when: ({ config }) => !config.edge.threatProtection,
    at: ({ edge }) => [edge.users.pool],
    ids: [aws('COG8')],
    reason: 'The Plus plan is billed per user; edge.threatProtection says whether this environment is worth it.',
    control:
      'Roles come from groups that only administrators fill, and passwords have twelve characters of four kinds.',
    owner: 'security',
    review: '2027-06-30',
  },
  {
    name: 'no-firewall',
    when: ({ config }) => !config.edge.firewall,
    at: ({ edge }) => [edge.frontend.distribution],
    ids: [aws('CFR2')],
    reason:
      'A web ACL is billed by the month and by the request; edge.firewall says whether this environment is worth it.',
    control: 'Countries are restricted, the API throttles and asks every request for a token.',
    owner: 'security',
    review: '2027-06-30',
  },
  {
    name: 'cloudfront-own-name',
    when: ({ config }) => !config.edge.domain,
    at: ({ edge }) => [edge.frontend.distribution],
    ids: [aws('CFR4')],
    reason:
      'Under its own cloudfront.net name a distribution uses CloudFront’s certificate and its choice of protocols; a minimum can be set with a name and certificate of ours only, which edge.domain brings.',
    control: 'HTTP is redirected or refused, HSTS is sent, and current browsers agree on TLS 1.3.',
    owner: 'security',
    review: '2027-03-31',
  },
  {
    name: 'employee-dead-letters',
    at: ({ data, employee }) => [data.users.maker.function, employee.function.function, employee.function.migration],
    ids: inPacks([NIST, HIPAA, SERVERLESS], 'LambdaDLQ'),
    reason:
      'A dead-letter queue keeps events of asynchronous calls. These functions are called synchronously only: by the load balancer, which hands the error to the caller, and by CloudFormation, which fails the deployment.',
    control: 'No principal but the load balancer and the deployment may invoke them; errors are logged and traced.',
    owner: 'application',
    review: '2027-06-30',
  },
  {
    name: 'employee-firewall',
    at: ({ edge }) => [edge.employeeLoadBalancer.loadBalancer],
    ids: inPacks([NIST, PCI], 'ALBWAFEnabled'),
    reason:
      'The load balancer is internal and its security group admits the network load balancer alone, behind the API’s token check. A web ACL here would see nothing of the requests to the pods.',
    control:
      'The web ACL stands before CloudFront (edge.firewall); the function validates every input by its contract.',
    owner: 'security',
    review: '2027-06-30',
  },
  {
    name: 'employee-plain-http',
    at: ({ edge }) => [edge.employeeLoadBalancer.listener],
    ids: [
      ...inPacks([NIST, HIPAA, PCI], 'ALBHttpToHttpsRedirection'),
      ...inPacks([NIST, HIPAA, PCI], 'ELBv2ACMCertificateRequired'),
    ],
    reason:
      'The specification fixes plain HTTP on port 8081. The only client is the network load balancer, which follows no redirection and passes bytes on; a certificate would need a name of ours and a private CA that costs more than the rest of development.',
    control:
      'TLS ends at CloudFront and API Gateway; behind them traffic stays in private subnets, and the security group admits the network load balancer alone.',
    owner: 'security',
    review: '2027-03-31',
  },
  {
    name: 'services-plain-tcp',
    at: ({ edge }) => [edge.loadBalancer.loadBalancer],
    ids: inPacks([NIST, HIPAA, PCI], 'ELBv2ACMCertificateRequired'),
    reason:
      'The specification fixes plain HTTP on ports 8081 to 8084 between the VPC Link and the pods. TLS on the listeners would end there and go on as plain HTTP, for a name that no public certificate can be issued for.',
    control:
      'TLS ends at CloudFront and API Gateway; behind them traffic stays in private subnets, and security groups and network policies admit each port from its one caller.',
    owner: 'security',
    review: '2027-03-31',
  },
  {
    name: 'undelivered-alarms',
    when: ({ config }) => config.observability.alarmEmail !== undefined,
    at: ({ network, global }) => [network, global].map((stack) => stack?.node.tryFindChild('AlarmTopic')),
    ids: [aws('SQS3'), ...inPacks([SERVERLESS], 'SQSRedrivePolicy')],
    reason:
      'This queue is the dead-letter queue of the e-mail subscription. The rules know those of queues and functions only, and one behind it would get nothing.',
    control: 'It is encrypted, takes messages from its topic alone and keeps them for 14 days.',
    owner: 'platform',
    review: '2027-06-30',
  },
  {
    name: 'pinned-zones',
    at: ({ network }) => [network.vpc],
    ids: ['CloudFormation-Validate::W3010'],
    reason:
      'The specification places nodes in ap-northeast-2a and 2c. A look-up would need an account at synth and could move subnets.',
    control: 'Config names the zones, and a check refuses those of another region.',
    owner: 'platform',
    review: '2027-06-30',
  },
  {
    name: 'xray-host-network',
    when: ({ values }) => values.xrayNamespace !== undefined,
    at: ({ workloads }) => [workloads.chart],
    ids: (_, { environment }) => {
      const namespace = environment.values.xrayNamespace;
      return [
        `${MANIFEST_PACK}::CIS-4.2.4[DaemonSet ${namespace}/xray-daemon]`,
        `${MANIFEST_PACK}::PSS-NAMESPACE[Namespace ${namespace}]`,
      ];
    },
    reason:
      'The specification asks for a daemon that everything in the VPC reaches at port 2000 of a node: that is the network of the node, which the standard baseline forbids.',
    control:
      'The daemon stands alone in this namespace, without root, capabilities, a writable file system or a token; services send to their own sidecars.',
    owner: 'platform',
    review: '2027-06-30',
  },
  {
    name: 'cluster-secrets-schema',
    at: ({ cluster }) => [cluster.cluster],
    ids: ['CloudFormation-Validate::W9009'],
    reason:
      'The rule calls encryptionConfig.resources deprecated, but CreateCluster still documents it as what is encrypted, and aws-eks-v2 always writes it.',
    control: 'The Erp pack checks that secrets are encrypted with a key of ours.',
    owner: 'platform',
    review: '2027-03-31',
  },
];

/** What `-c protection=off` leaves open in environments that are protected otherwise, for the run that creates them. */
export const UNPROTECTED_REGISTER: readonly Acknowledgement[] = [
  {
    name: 'unprotected-database',
    when: isUnprotected,
    at: ({ data }) => [data.database.instance],
    ids: [aws('RDS10'), ...inPacks([NIST, HIPAA], 'RDSInstanceDeletionProtectionEnabled')],
    reason: UNPROTECTED,
    control: BACK_ON,
    owner: 'data',
    review: '2027-06-30',
  },
  {
    name: 'unprotected-load-balancers',
    when: isUnprotected,
    at: ({ edge }) => [edge.employeeLoadBalancer.loadBalancer, edge.loadBalancer.loadBalancer],
    ids: inPacks([NIST, HIPAA], 'ELBDeletionProtectionEnabled'),
    reason: UNPROTECTED,
    control: BACK_ON,
    owner: 'platform',
    review: '2027-06-30',
  },
];

function elasticLoadBalancing(resource: string): string {
  return `arn:aws:elasticloadbalancing:*:*:${resource}`;
}
