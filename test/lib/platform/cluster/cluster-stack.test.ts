import { type Resource, CONFIGS, config, only, resources, synth, upstream } from '../../synth';

const template = synth().template('ErpDevCluster');
const cluster = only(template, 'AWS::EKS::Cluster').Properties;
const nodegroups = Object.values(resources(template, 'AWS::EKS::Nodegroup')).map(({ Properties }) => Properties);
const kafka = nodegroups.filter(({ Labels }) => Labels.workload === 'kafka');
const service = nodegroups.filter(({ Labels }) => Labels.workload === 'service');

test('the cluster is erp-dev-cluster on 1.31, without Auto Mode', () => {
  expect(cluster).toMatchObject({ Name: 'erp-dev-cluster', Version: '1.31' });
  expect(cluster.ComputeConfig?.Enabled ?? false).toBe(false);
});

test('who may use the Kubernetes API is in the config, and the creator is not', () => {
  expect(cluster.AccessConfig).toEqual({ AuthenticationMode: 'API', BootstrapClusterCreatorAdminPermissions: false });
  const principalArn = 'arn:aws:iam::111111111111:role/platform';
  const changed = synth({
    configs: [config('dev', { kubernetes: { access: [{ principalArn, policy: 'AmazonEKSClusterAdminPolicy' }] } })],
  }).template('ErpDevCluster');
  expect(only(changed, 'AWS::EKS::AccessEntry', { PrincipalArn: principalArn }).Properties.AccessPolicies).toEqual([
    expect.objectContaining({ AccessScope: { Type: 'cluster' } }),
  ]);
});

test('pods get roles by Pod Identity; there is no OIDC provider', () => {
  expect(JSON.stringify(template.toJSON())).not.toMatch(/OIDCProvider|OpenIdConnect|CfnJson/);
  for (const { Properties } of Object.values(resources(template, 'AWS::EKS::PodIdentityAssociation'))) {
    expect(Properties.RoleArn).toBeDefined();
  }
});

test.each([
  ['external-secrets-system', 'external-secrets'],
  ['kube-system', 'aws-load-balancer-controller'],
  ['erp-dev', 'approval-request-service'],
  ['erp-dev', 'approval-processing-service'],
  ['erp-dev', 'notification-service'],
  ['erp-dev-xray', 'xray-daemon'],
])('%s/%s has an identity', (Namespace, ServiceAccount) => {
  only(template, 'AWS::EKS::PodIdentityAssociation', { Namespace, ServiceAccount });
});

test('the API endpoint is private until the config names addresses', () => {
  expect(cluster.ResourcesVpcConfig).toMatchObject({ EndpointPrivateAccess: true, EndpointPublicAccess: false });
  const open = synth({ configs: [config('dev', { kubernetes: { publicAccessCidrs: ['203.0.113.7/32'] } })] }).template(
    'ErpDevCluster',
  );
  expect(only(open, 'AWS::EKS::Cluster').Properties.ResourcesVpcConfig).toMatchObject({
    EndpointPublicAccess: true,
    PublicAccessCidrs: ['203.0.113.7/32'],
  });
});

test('all five control-plane logs go to a log group of ours, and secrets are encrypted', () => {
  const types = cluster.Logging.ClusterLogging.EnabledTypes.map(({ Type }: { Type: string }) => Type).sort();
  expect(types).toEqual(['api', 'audit', 'authenticator', 'controllerManager', 'scheduler']);
  only(template, 'AWS::Logs::LogGroup', { LogGroupName: '/aws/eks/erp-dev-cluster/cluster' });
  expect(cluster.EncryptionConfig).toEqual([{ Provider: { KeyArn: expect.anything() }, Resources: ['secrets'] }]);
});

test('the cluster comes after its log group, which EKS would make without key and end', () => {
  const [logGroup] = Object.keys(
    resources(template, 'AWS::Logs::LogGroup', { LogGroupName: '/aws/eks/erp-dev-cluster/cluster' }),
  );
  const [standing] = Object.values(resources(template, 'AWS::EKS::Cluster'));
  expect(standing!.DependsOn).toContain(logGroup);
});

describe('node groups', () => {
  test('there is one per zone and role, so that each zone surely has its node', () => {
    const names = nodegroups.map(({ Tags }) => Tags.Name);
    expect(names.sort()).toEqual(['erp-dev-kafka-2a', 'erp-dev-kafka-2c', 'erp-dev-service-2a', 'erp-dev-service-2c']);
    for (const groups of [service, kafka]) {
      for (const { Subnets } of groups) expect(Subnets).toHaveLength(1);
      expect(new Set(groups.map(({ Subnets }) => JSON.stringify(Subnets))).size).toBe(2);
    }
  });

  test('they have no names of ours, so that a new instance type can replace a group', () => {
    for (const { NodegroupName } of nodegroups) expect(NodegroupName).toBeUndefined();
  });

  test('Kafka nodes are tainted, service nodes are not', () => {
    for (const { Taints } of kafka)
      expect(Taints).toEqual([{ Key: 'workload', Value: 'kafka', Effect: 'NO_SCHEDULE' }]);
    for (const { Taints } of service) expect(Taints).toBeUndefined();
  });

  test('they run AL2023, named explicitly', () => {
    for (const { AmiType } of nodegroups) expect(AmiType).toBe('AL2023_x86_64_STANDARD');
    const arm = synth({
      configs: [config('dev', { kubernetes: { serviceNodes: { instanceTypes: ['t4g.medium'] } } })],
    });
    const groups = resources(arm.template('ErpDevCluster'), 'AWS::EKS::Nodegroup', { Labels: { workload: 'service' } });
    for (const { Properties } of Object.values(groups)) expect(Properties.AmiType).toBe('AL2023_ARM_64_STANDARD');
  });

  test('their root volumes are encrypted gp3, and pods cannot reach their credentials', () => {
    for (const { Properties } of Object.values(resources(template, 'AWS::EC2::LaunchTemplate'))) {
      const { BlockDeviceMappings, MetadataOptions } = Properties.LaunchTemplateData;
      expect(BlockDeviceMappings[0].Ebs).toMatchObject({ Encrypted: true, VolumeType: 'gp3' });
      expect(MetadataOptions).toMatchObject({ HttpTokens: 'required', HttpPutResponseHopLimit: 1 });
    }
  });

  test('an environment on MSK pays for no Kafka nodes', () => {
    const msk = synth({ configs: [CONFIGS.prod] }).template('ErpProdCluster');
    expect(Object.keys(resources(msk, 'AWS::EKS::Nodegroup'))).toHaveLength(2);
  });
});

describe('add-ons', () => {
  const addon = (name: string): [string, Resource] => {
    const found = Object.entries(resources(template, 'AWS::EKS::Addon', { AddonName: name }));
    expect(found).toHaveLength(1);
    return found[0]!;
  };
  const nodeIds = Object.keys(resources(template, 'AWS::EKS::Nodegroup'));

  test('network, proxy and identities come before nodes', () => {
    for (const name of ['vpc-cni', 'kube-proxy', 'eks-pod-identity-agent']) {
      const [id] = addon(name);
      for (const node of nodeIds) expect(upstream(template, node)).toContain(id);
    }
  });

  test('DNS and storage come after service nodes', () => {
    for (const name of ['coredns', 'aws-ebs-csi-driver']) {
      const [id] = addon(name);
      const ids = Object.keys(resources(template, 'AWS::EKS::Nodegroup', { Labels: { workload: 'service' } }));
      for (const node of ids) expect(upstream(template, id)).toContain(node);
    }
  });

  test('network policies are enforced', () => {
    expect(JSON.parse(addon('vpc-cni')[1].Properties.ConfigurationValues)).toEqual({ enableNetworkPolicy: 'true' });
  });

  test('they replace the copies that a new cluster comes with', () => {
    for (const { Properties } of Object.values(resources(template, 'AWS::EKS::Addon'))) {
      expect(Properties.ResolveConflicts).toBe('OVERWRITE');
      expect(Properties.AddonVersion).toMatch(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/);
    }
  });
});
