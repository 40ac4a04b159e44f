import type * as cdk from 'aws-cdk-lib';
import { NagMessageLevel, NagPack, type NagPackProps, NagRuleCompliance, type NagRuleResult } from 'cdk-nag';
import type { IConstruct } from 'constructs';

const LOG_TYPES = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'];
const EVERYWHERE = ['0.0.0.0/0', '::/0'];

/** Properties as a template shows them. */
type Properties = Readonly<Record<string, unknown>>;

interface Rule {
  readonly id: string;
  readonly type: string;
  readonly info: string;
  readonly explanation: string;

  /** @returns whether all is well, or a finding for each thing that is not */
  readonly check: (properties: Properties) => boolean | string[];
}

const at = (value: unknown, ...path: (string | number)[]): unknown =>
  path.reduce<unknown>((object, key) => (object as Record<string, unknown> | undefined)?.[key], value);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/**
 * What the packs of cdk-nag leave out. Its rules for EKS look for the CfnCluster of aws-eks and pass over the one of
 * aws-eks-v2 without a word, so these rules go by the type of the resource and never by a class.
 */
const RULES: readonly Rule[] = [
  {
    id: 'EKS1',
    type: 'AWS::EKS::Cluster',
    info: 'The EKS API server endpoint is open to every address.',
    explanation: 'Make the endpoint private, or name the CIDRs that may reach it in kubernetes.publicAccessCidrs.',
    check: ({ ResourcesVpcConfig: access }) => {
      if (at(access, 'EndpointPublicAccess') === false) return true;
      const cidrs = list(at(access, 'PublicAccessCidrs'));
      return cidrs.length > 0 && !cidrs.some((cidr) => typeof cidr !== 'string' || EVERYWHERE.includes(cidr));
    },
  },
  {
    id: 'EKS2',
    type: 'AWS::EKS::Cluster',
    info: 'The EKS cluster does not send all five types of control-plane log.',
    explanation: 'Without them nobody can tell afterwards who changed what through the Kubernetes API.',
    check: ({ Logging }) => {
      const enabled = list(at(Logging, 'ClusterLogging', 'EnabledTypes')).map((entry) => at(entry, 'Type'));
      return LOG_TYPES.filter((type) => !enabled.includes(type)).map((type) => `LogExport::${type}`);
    },
  },
  {
    id: 'EKS3',
    type: 'AWS::EKS::Cluster',
    info: 'The EKS cluster does not encrypt Kubernetes secrets with a KMS key.',
    explanation: 'Whoever reads the etcd volume or a backup of it would read every secret.',
    check: ({ EncryptionConfig }) =>
      list(EncryptionConfig).some((config) => list(at(config, 'Resources')).includes('secrets')),
  },
  {
    id: 'EKS4',
    type: 'AWS::EKS::Cluster',
    info: 'Access to the EKS cluster is not managed by access entries alone.',
    explanation: 'The aws-auth ConfigMap and the rights of the creator are seen by no review of this app.',
    check: ({ AccessConfig }) =>
      at(AccessConfig, 'AuthenticationMode') === 'API' &&
      at(AccessConfig, 'BootstrapClusterCreatorAdminPermissions') === false,
  },
  {
    id: 'EC1',
    type: 'AWS::EC2::LaunchTemplate',
    info: 'The launch template does not require IMDSv2 with a hop limit of one.',
    explanation: 'Pods would reach the credentials of their node.',
    check: ({ LaunchTemplateData: data }) =>
      at(data, 'MetadataOptions', 'HttpTokens') === 'required' &&
      at(data, 'MetadataOptions', 'HttpPutResponseHopLimit') === 1,
  },
  {
    id: 'EC2',
    type: 'AWS::EC2::LaunchTemplate',
    info: 'The launch template has volumes that are not encrypted.',
    explanation: 'Volumes of nodes hold images, logs and whatever pods write to their disks.',
    check: ({ LaunchTemplateData: data }) => {
      const devices = list(at(data, 'BlockDeviceMappings'));
      return devices.length > 0 && devices.every((device) => at(device, 'Ebs', 'Encrypted') === true);
    },
  },
  {
    id: 'EC3',
    type: 'AWS::EC2::LaunchTemplate',
    info: 'The launch template gives instances a public address.',
    explanation: 'Nodes stand in private subnets and reach the internet by NAT.',
    check: ({ LaunchTemplateData: data }) =>
      !list(at(data, 'NetworkInterfaces')).some((card) => at(card, 'AssociatePublicIpAddress') === true),
  },
  {
    id: 'CF1',
    type: 'AWS::CloudFront::Distribution',
    info: 'The distribution has no default root object.',
    explanation: 'A request of the root would show the names of the objects in the bucket.',
    check: ({ DistributionConfig: config }) => Boolean(at(config, 'DefaultRootObject')),
  },
  {
    id: 'CF2',
    type: 'AWS::CloudFront::Distribution',
    info: 'A behaviour of the distribution serves plain HTTP.',
    explanation: 'Use redirect-to-https for pages and https-only for the API.',
    check: ({ DistributionConfig: config }) =>
      [at(config, 'DefaultCacheBehavior'), ...list(at(config, 'CacheBehaviors'))].every((behaviour) =>
        ['redirect-to-https', 'https-only'].includes(String(at(behaviour, 'ViewerProtocolPolicy'))),
      ),
  },
  {
    id: 'ELB1',
    type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    info: 'The application load balancer lets ambiguous requests pass.',
    explanation:
      'They are how requests are smuggled past the first server; set the mitigation to defensive or strictest.',
    check: ({ Type, LoadBalancerAttributes }) =>
      Type === 'network' ||
      list(LoadBalancerAttributes).some(
        (entry) =>
          at(entry, 'Key') === 'routing.http.desync_mitigation_mode' &&
          ['defensive', 'strictest'].includes(String(at(entry, 'Value'))),
      ),
  },
  {
    id: 'ELB2',
    type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    info: 'The load balancer stands in one zone.',
    explanation: 'It would be lost with its zone.',
    check: ({ Subnets, SubnetMappings }) => list(Subnets).length + list(SubnetMappings).length > 1,
  },
  {
    id: 'LAMBDA1',
    type: 'AWS::Lambda::Function',
    info: 'The function in the VPC stands in one zone.',
    explanation: 'It would be lost with its zone.',
    check: ({ VpcConfig }) => VpcConfig === undefined || list(at(VpcConfig, 'SubnetIds')).length > 1,
  },
  {
    id: 'ELC1',
    type: 'AWS::ElastiCache::ReplicationGroup',
    info: 'The cache does not take minor versions by itself.',
    explanation: 'Security fixes of the engine would wait for somebody to notice them.',
    check: ({ AutoMinorVersionUpgrade }) => AutoMinorVersionUpgrade === true,
  },
  {
    id: 'ELC2',
    type: 'AWS::ElastiCache::ReplicationGroup',
    info: 'The cache has several nodes, and none takes over by itself.',
    explanation: 'The second node would be paid for and of no use when the first is lost.',
    check: ({ NumCacheClusters, AutomaticFailoverEnabled }) =>
      Number(NumCacheClusters ?? 1) < 2 || AutomaticFailoverEnabled === true,
  },
  {
    id: 'RDS1',
    type: 'AWS::RDS::DBInstance',
    info: 'The database does not know IAM authentication.',
    explanation: 'People would share the password of the application.',
    check: ({ EnableIAMDatabaseAuthentication }) => EnableIAMDatabaseAuthentication === true,
  },
  {
    id: 'RDS2',
    type: 'AWS::RDS::DBInstance',
    info: 'Snapshots of the database do not get its tags.',
    explanation: 'Nobody could tell later which environment a snapshot is of.',
    check: ({ CopyTagsToSnapshot }) => CopyTagsToSnapshot === true,
  },
  {
    id: 'RDS3',
    type: 'AWS::RDS::DBInstance',
    info: 'The database has a default name for its administrator.',
    explanation: 'Choose one that nobody guesses first.',
    check: ({ MasterUsername }) =>
      !['admin', 'administrator', 'mysql', 'postgres', 'root'].includes(String(MasterUsername).toLowerCase()),
  },
];

/** The rules above as a pack. */
export class ErpChecks extends NagPack {
  readonly name = 'Erp';

  constructor(scope?: IConstruct, props?: NagPackProps) {
    super(scope, props);
    this.packName = this.name;
  }

  protected checkResource(node: cdk.CfnResource): void {
    for (const { id: ruleSuffixOverride, type, check, ...texts } of RULES) {
      const rule = (resource: cdk.CfnResource): NagRuleResult => {
        if (resource.cfnResourceType !== type) return NagRuleCompliance.NOT_APPLICABLE;
        const result = check(propertiesOf(resource));
        if (typeof result !== 'boolean') return result.length > 0 ? result : NagRuleCompliance.COMPLIANT;
        return result ? NagRuleCompliance.COMPLIANT : NagRuleCompliance.NON_COMPLIANT;
      };
      this.applyRule({ ruleSuffixOverride, ...texts, level: NagMessageLevel.ERROR, node, rule });
    }
  }
}

function propertiesOf(resource: cdk.CfnResource): Properties {
  const { Resources } = resource.stack.resolve(resource._toCloudFormation()) as {
    Resources: Record<string, { Properties?: Properties }>;
  };
  return Object.values(Resources)[0]?.Properties ?? {};
}
