/** When a control is seen to be met. */
export const MEANS = {
  synth: 'checked at every synth',
  manifest: 'checked in the rendered manifests',
  deployed: 'visible only after deployment',
  manual: 'not automated',
  absent: 'the platform has no such resource',
} as const;
export type Means = keyof typeof MEANS;

/** A control of a published catalogue, and how the platform meets it. */
export interface Control {
  readonly id: string;
  readonly title: string;
  readonly means: Means;

  /** Rules that check it, as reports name them. */
  readonly rules?: readonly string[];

  /** What a person does or looks at, where rules say nothing or not all. */
  readonly how?: string;
}

export interface Catalogue {
  readonly name: string;
  readonly source: string;
  readonly controls: readonly Control[];
}

const synth = (id: string, title: string, rules: string, how?: string): Control => ({
  ...{ id, title, means: 'synth', rules: rules.split(' ') },
  ...(how && { how }),
});
const manifest = (id: string, title: string, rules: string, how?: string): Control => ({
  ...{ id, title, means: 'manifest', rules: rules.split(' ') },
  ...(how && { how }),
});
const deployed = (id: string, title: string, how: string): Control => ({ id, title, means: 'deployed', how });
const manual = (id: string, title: string, how: string): Control => ({ id, title, means: 'manual', how });
const absent = (id: string, title: string, how: string): Control => ({ id, title, means: 'absent', how });

const nist = (rule: string) => `NIST.800.53.R5-${rule}`;
const hipaa = (rule: string) => `HIPAA.Security-${rule}`;
const aws = (rule: string) => `AwsSolutions-${rule}`;

/** Controls of services that the platform uses, AWS Foundational Security Best Practices. */
const FSBP: Catalogue = {
  name: 'AWS Foundational Security Best Practices',
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html',
  controls: [
    synth('APIGateway.1', 'API stages log requests', aws('APIG1')),
    synth('APIGateway.8', 'Routes have an authorization type', `${aws('APIG4')} ERP-ROUTE-JWT`),
    synth('APIGateway.9', 'Access logging of HTTP stages', 'Serverless-APIGWAccessLogging'),
    synth('CloudFront.1', 'Distributions have a default root object', 'Erp-CF1'),
    synth('CloudFront.3', 'Viewers use HTTPS', aws('CFR4'), 'Behaviours redirect or refuse HTTP: Erp-CF2'),
    synth('CloudFront.5', 'Distributions log', aws('CFR3')),
    synth('CloudFront.6', 'Distributions have a web ACL', aws('CFR2'), 'edge.firewall'),
    manual(
      'CloudFront.7',
      'Distributions use a certificate of their own',
      'edge.domain brings one; none is configured yet',
    ),
    manual('CloudFront.8', 'SNI serves HTTPS requests', 'follows from edge.domain: CDK sets sni-only'),
    synth('CloudFront.9', 'Traffic to custom origins is encrypted', aws('CFR5')),
    synth('CloudFront.10', 'No old protocols to custom origins', aws('CFR5')),
    deployed('CloudFront.12', 'Origins exist', 'Security Hub; the bucket and the distribution stand in one template'),
    synth('CloudFront.13', 'S3 origins use origin access control', aws('CFR7')),
    synth('EC2.2', 'Default security groups allow nothing', nist('VPCDefaultSecurityGroupClosed')),
    synth('EC2.3', 'Attached volumes are encrypted', 'Erp-EC2', 'The StorageClass of the pods says encrypted too'),
    synth('EC2.6', 'Flow logs are on', nist('VPCFlowLogsEnabled')),
    deployed(
      'EC2.7',
      'EBS is encrypted by default',
      'a setting of the account; every volume of this app asks for it anyway',
    ),
    synth('EC2.8', 'Instances require IMDSv2', 'Erp-EC1'),
    synth('EC2.9', 'Instances have no public address', nist('VPCSubnetAutoAssignPublicIpDisabled')),
    manual(
      'EC2.10',
      'EC2 API by a VPC endpoint',
      'nodes reach it by NAT; interface endpoints are a cost the owner has not chosen',
    ),
    synth('EC2.15', 'Subnets give out no public addresses', nist('VPCSubnetAutoAssignPublicIpDisabled')),
    deployed('EC2.16', 'No network ACL is unused', 'the default ACL alone exists'),
    synth('EC2.18', 'Open ports are authorized ones', 'ERP-OPEN-INGRESS'),
    synth('EC2.19', 'No open access to high-risk ports', `${nist('EC2RestrictedCommonPorts')} ERP-OPEN-INGRESS`),
    deployed(
      'EC2.21',
      'No network ACL opens 22 or 3389',
      'the default ACL allows everything; security groups are the barrier',
    ),
    synth('EC2.25', 'Launch templates give no public address', 'Erp-EC3'),
    synth('EC2.170', 'Launch templates require IMDSv2', 'Erp-EC1'),
    deployed('EC2.172', 'VPC Block Public Access', 'a setting of the account; NAT needs an exclusion'),
    synth('EKS.1', 'The cluster endpoint is not public', 'Erp-EKS1'),
    manual(
      'EKS.2',
      'The version is supported',
      'synth warns by the version calendar; 1.31 leaves extended support on 2026-11-26',
    ),
    synth('EKS.3', 'Secrets are encrypted', 'Erp-EKS3'),
    synth('EKS.8', 'Audit logging is on', 'Erp-EKS2'),
    synth('ELB.1', 'HTTP is redirected to HTTPS', nist('ALBHttpToHttpsRedirection')),
    synth('ELB.4', 'Invalid headers are dropped', hipaa('ALBHttpDropInvalidHeaderEnabled')),
    synth('ELB.5', 'Load balancers log', nist('ELBLoggingEnabled')),
    synth('ELB.6', 'Deletion protection', nist('ELBDeletionProtectionEnabled'), 'protection'),
    synth('ELB.12', 'Desync mitigation is defensive or strictest', 'Erp-ELB1'),
    synth('ELB.13', 'Load balancers span zones', 'Erp-ELB2'),
    synth('ELB.16', 'Web ACL on load balancers', nist('ALBWAFEnabled')),
    synth('ELB.17', 'Listeners use a recommended TLS policy', nist('ELBv2ACMCertificateRequired')),
    synth(
      'ElastiCache.1',
      'Caches have automatic backups',
      nist('ElastiCacheRedisClusterAutomaticBackup'),
      'cache.snapshotRetentionDays',
    ),
    synth('ElastiCache.2', 'Minor versions upgrade themselves', 'Erp-ELC1'),
    synth('ElastiCache.3', 'Automatic failover', `${aws('AEC4')} Erp-ELC2`, 'cache.nodes'),
    synth('ElastiCache.4', 'Caches are encrypted at rest', aws('AEC3')),
    synth(
      'ElastiCache.5',
      'Caches are encrypted in transit',
      aws('AEC3'),
      'in mode preferred: TLS for clients that ask for it; those of today do not',
    ),
    absent(
      'ElastiCache.6',
      'AUTH on Redis OSS before 6.0',
      'Valkey; without AUTH by an acknowledgement: AwsSolutions-AEC6',
    ),
    deployed('ElastiCache.7', 'No default subnet group', 'the template names a group of the isolated subnets'),
    synth('Lambda.1', 'Function policies forbid public access', nist('LambdaFunctionPublicAccessProhibited')),
    synth('Lambda.2', 'Functions use supported runtimes', 'Serverless-LambdaLatestVersion'),
    synth('Lambda.3', 'Functions are in a VPC', nist('LambdaInsideVPC')),
    synth('Lambda.5', 'VPC functions use several zones', 'Erp-LAMBDA1'),
    synth('MSK.1', 'Traffic between brokers is encrypted', aws('MSK2'), 'msk'),
    synth('RDS.1', 'Snapshots and instances are private', nist('RDSInstancePublicAccess')),
    synth('RDS.2', 'Instances have no public access', nist('RDSInstancePublicAccess')),
    synth('RDS.3', 'Storage is encrypted', nist('RDSStorageEncrypted')),
    deployed('RDS.4', 'Snapshots are encrypted', 'follows from encrypted storage'),
    synth('RDS.5', 'Several zones', nist('RDSMultiAZSupport'), 'database.multiAz'),
    synth('RDS.6', 'Enhanced monitoring', nist('RDSEnhancedMonitoringEnabled')),
    synth('RDS.8', 'Deletion protection', nist('RDSInstanceDeletionProtectionEnabled'), 'protection'),
    synth('RDS.9', 'Logs go to CloudWatch', nist('RDSLoggingEnabled')),
    synth('RDS.10', 'IAM authentication', 'Erp-RDS1'),
    synth(
      'RDS.11',
      'Automatic backups',
      nist('RDSInstanceBackupEnabled'),
      'database.backupRetentionDays, one at least',
    ),
    synth('RDS.13', 'Minor versions upgrade themselves', hipaa('RDSAutomaticMinorVersionUpgradeEnabled')),
    synth('RDS.17', 'Tags are copied to snapshots', 'Erp-RDS2'),
    absent('RDS.19', 'Event notifications of clusters', 'no DB cluster'),
    synth('RDS.23', 'No default port', aws('RDS11')),
    synth('RDS.25', 'No default administrator name', 'Erp-RDS3'),
    synth('RDS.26', 'In a backup plan', nist('RDSInBackupPlan'), 'database.backupPlan'),
    synth(
      'S3.1',
      'Public access is blocked',
      nist('S3BucketLevelPublicAccessProhibited'),
      'for the account: a setting of the account',
    ),
    synth('S3.2', 'No public read', nist('S3BucketPublicReadProhibited')),
    synth('S3.3', 'No public write', nist('S3BucketPublicWriteProhibited')),
    synth('S3.5', 'Requests use TLS', nist('S3BucketSSLRequestsOnly')),
    deployed('S3.6', 'Policies of other accounts are limited', 'no bucket policy names another account'),
    synth('S3.8', 'Buckets block public access', nist('S3BucketLevelPublicAccessProhibited')),
    synth('S3.9', 'Access logging', nist('S3BucketLoggingEnabled')),
    deployed('S3.12', 'ACLs do not manage access', 'the access-log bucket keeps ACLs for CloudFront’s standard logs'),
    deployed('S3.13', 'Lifecycle configuration', 'both buckets have one; see lib/network and lib/edge'),
  ],
};

const CIS_EKS: Catalogue = {
  name: 'CIS Amazon EKS Benchmark 1.8',
  source: 'https://www.cisecurity.org/benchmark/kubernetes',
  controls: [
    synth('2.1.1', 'Audit logs are on', 'Erp-EKS2'),
    deployed(
      '3.1.1-3.1.4',
      'Files of the kubelet have safe owners and modes',
      'AL2023 images of EKS; run kube-bench on a node',
    ),
    deployed('3.2.1-3.2.9', 'Arguments of the kubelet', 'AL2023 images of EKS set them; run kube-bench on a node'),
    manifest('4.1.1', 'cluster-admin only where needed', 'CIS-4.1.1', 'access entries: kubernetes.access in config'),
    manifest(
      '4.1.2',
      'Access to secrets is minimised',
      'CIS-4.1.2',
      'roles of the controllers’ charts: kubectl auth can-i after deployment',
    ),
    manifest('4.1.3', 'No wildcards in roles', 'CIS-4.1.3', 'as 4.1.2'),
    manifest('4.1.4', 'Creating pods is minimised', 'CIS-4.1.4', 'as 4.1.2'),
    manifest('4.1.5', 'Default service accounts are not used', 'CIS-4.1.5'),
    manifest('4.1.6', 'Tokens are mounted only where needed', 'CIS-4.1.6'),
    synth('4.1.7', 'Access by the cluster access manager API', 'Erp-EKS4'),
    manifest('4.1.8', 'Bind, impersonate and escalate are limited', 'CIS-4.1.8', 'as 4.1.2'),
    manifest(
      '4.2.1',
      'No privileged containers',
      'CIS-4.2.1 PSS-NAMESPACE',
      'add-ons in kube-system: vpc-cni and kube-proxy are privileged by design',
    ),
    manifest('4.2.2', 'No host process ids', 'CIS-4.2.2'),
    manifest('4.2.3', 'No host IPC', 'CIS-4.2.3'),
    manifest('4.2.4', 'No host network', 'CIS-4.2.4'),
    manifest('4.2.5', 'No privilege escalation', 'CIS-4.2.5 PSS-NON-ROOT PSS-CAPABILITIES'),
    deployed('4.3.1', 'The CNI enforces network policies', 'vpc-cni with enableNetworkPolicy; the add-on’s status'),
    manifest(
      '4.3.2',
      'Every namespace has network policies',
      'CIS-4.3.2',
      'kube-system and external-secrets-system have none of ours',
    ),
    manifest(
      '4.4.1',
      'Secrets as files rather than variables',
      'CIS-4.4.1',
      'variables come from secrets of the External Secrets Operator only',
    ),
    manifest('4.4.2', 'Secrets are stored outside', 'CIS-4.4.2'),
    manifest('4.5.1', 'Namespaces separate workloads', 'CIS-4.5.1'),
    manifest('4.5.2', 'The default namespace is not used', 'CIS-4.5.2'),
    deployed(
      '5.1.1',
      'Images are scanned',
      'ECR scans on push (AwsSolutions-ECR1 says who may read); read the findings in ECR',
    ),
    synth('5.1.2', 'Access to the registry is minimised', aws('ECR1')),
    synth('5.1.3', 'Nodes read the registry only', aws('IAM4'), 'AmazonEC2ContainerRegistryPullOnly'),
    manual('5.1.4', 'Only approved registries', 'values name the registry; no admission controller enforces it'),
    deployed('5.2.1', 'Dedicated service accounts in AWS', 'EKS Pod Identity associations of the Cluster stack'),
    synth('5.3.1', 'Secrets are encrypted by a customer key', 'Erp-EKS3'),
    synth('5.4.1', 'Access to the control plane is restricted', 'Erp-EKS1'),
    synth('5.4.2', 'Private endpoint, no public access', 'Erp-EKS1'),
    synth('5.4.3', 'Private nodes', nist('VPCSubnetAutoAssignPublicIpDisabled')),
    manifest('5.4.4', 'Network policy is used', 'CIS-4.3.2'),
    synth('5.4.5', 'Traffic to load balancers is encrypted', nist('ELBv2ACMCertificateRequired')),
    manual('5.5.1', 'Users are managed in AWS', 'access entries name roles; who may assume them is the account’s'),
  ],
};

const ISMS_P: Catalogue = {
  name: 'K-ISMS (ISMS-P), protective measures of area 2',
  source: 'https://isms.kisa.or.kr',
  controls: [
    manual(
      '2.1',
      'Policy, organisation and assets',
      'the organisation’s; the cloud assets are the templates of this app',
    ),
    manual('2.2', 'Security of persons', 'the organisation’s'),
    manual('2.3', 'Outsiders', 'the organisation’s contracts with AWS and MongoDB Atlas'),
    manual('2.4', 'Physical security', 'AWS; reports in AWS Artifact'),
    synth('2.5.1', 'User accounts are managed', 'AwsSolutions-COG8', 'administrators make accounts; no self sign-up'),
    synth('2.5.3', 'User authentication', `${aws('COG2')} ERP-ROUTE-JWT`),
    synth('2.5.4', 'Passwords', aws('COG1')),
    synth(
      '2.5.5',
      'Special accounts and rights',
      `${nist('IAMPolicyNoStatementsWithAdminAccess')} ${nist('IAMUserNoPolicies')}`,
    ),
    manual('2.5.6', 'Review of access rights', 'review dates of the register; access entries in config'),
    synth(
      '2.6.1',
      'Network access',
      `ERP-OPEN-INGRESS ${nist('EC2RestrictedCommonPorts')} ${nist('VPCDefaultSecurityGroupClosed')}`,
    ),
    synth('2.6.2', 'System access', 'Erp-EKS1 Erp-EC1', 'Session Manager instead of SSH'),
    synth('2.6.3', 'Application access', 'ERP-ROUTE-JWT'),
    synth('2.6.4', 'Database access', `${nist('RDSInstancePublicAccess')} ${aws('RDS11')}`),
    manual('2.6.6', 'Remote access', 'the organisation’s; the endpoint of the cluster is private'),
    synth('2.6.7', 'Internet access is controlled', nist('VPCNoUnrestrictedRouteToIGW')),
    synth(
      '2.7.1',
      'Encryption',
      `${nist('RDSStorageEncrypted')} ${nist('S3BucketSSLRequestsOnly')} ${nist('SecretsManagerUsingKMSKey')} Erp-EKS3 ${nist('CloudWatchLogGroupEncrypted')}`,
    ),
    synth('2.7.2', 'Keys are managed', nist('KMSBackingKeyRotationEnabled')),
    manual('2.8', 'Secure development', 'reviews; environments are separate stacks, best in separate accounts'),
    synth(
      '2.9.2',
      'Performance and failures are watched',
      nist('RDSEnhancedMonitoringEnabled'),
      'alarms and the dashboard',
    ),
    synth('2.9.3', 'Backups', `${nist('RDSInstanceBackupEnabled')} ${nist('RDSInBackupPlan')}`),
    synth(
      '2.9.4',
      'Logs are kept',
      `${nist('CloudWatchLogGroupRetentionPeriod')} ERP-LOG-RETENTION ${nist('VPCFlowLogsEnabled')} Erp-EKS2`,
      'logRetentionDays',
    ),
    manual('2.9.5', 'Logs are reviewed', 'the operator; queries are in the runbook'),
    manual('2.9.6', 'Clocks agree', 'Amazon Time Sync, on by default'),
    manual('2.9.7', 'Media are disposed of', 'AWS'),
    synth('2.10.1', 'Security systems are operated', nist('WAFv2LoggingEnabled'), 'edge.firewall'),
    synth('2.10.2', 'Cloud security', 'Erp-EKS1 Erp-EKS2 Erp-EKS3 ERP-KEEP-DATA', 'this report'),
    manual('2.10.8', 'Patches', 'add-on and chart versions are pinned; the version calendar warns'),
    deployed('2.11.2', 'Vulnerabilities are found', 'ECR scans; Inspector in the account'),
    synth('2.12.1', 'Disaster precautions', `${nist('RDSMultiAZSupport')} ERP-KEEP-DATA`, 'two zones, one region'),
    manual('2.12.2', 'Recovery is rehearsed', 'the runbook; nobody rehearses by itself'),
  ],
};

/** Which controls the platform answers to, and how. */
export const CATALOGUES: readonly Catalogue[] = [FSBP, CIS_EKS, ISMS_P];

/** The control map as a document. */
export function controlsMarkdown(): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  return [
    '# Controls',
    '',
    'Written from `lib/tools/compliance/controls.ts`. A test compares the two; `UPDATE_GOLDEN=1 npx jest controls` writes this file again.',
    '',
    ...CATALOGUES.flatMap(({ name, source, controls }) => [
      `## ${name}`,
      '',
      source,
      '',
      '| control | title | how | rules | remark |',
      '|---|---|---|---|---|',
      ...controls.map(
        ({ id, title, means, rules = [], how = '' }) =>
          `| ${[id, title, MEANS[means], rules.join(', '), how].map(cell).join(' | ')} |`,
      ),
      '',
    ]),
  ].join('\n');
}
