import {
  DescribeAddressesCommand,
  DescribeInstanceTypesCommand,
  type _InstanceType,
  paginateDescribeInstances,
  paginateDescribeVpcs,
} from '@aws-sdk/client-ec2';
import { paginateDescribeCacheClusters } from '@aws-sdk/client-elasticache';
import { paginateDescribeLoadBalancers } from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetAWSDefaultServiceQuotaCommand, GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { type AssemblyStack, resourcesOf } from '../../../assembly/assembly';
import { type Aws, errorName } from '../aws';
import { type Outcome, failed, ok } from '../../../report/findings';
import { type PreflightCheck, missingStacks } from './context';

interface Quota {
  readonly name: string;
  readonly service: string;
  readonly code: string;

  /** What a deployment of these stacks adds. */
  readonly needed: (stacks: readonly AssemblyStack[], aws: Aws) => number | Promise<number>;

  /** What the account uses of it today. */
  readonly used: (aws: Aws) => Promise<number>;
}

const count = (type: string) => (stacks: readonly AssemblyStack[]) => resourcesOf(stacks, type).length;

const loadBalancers = (type: 'network' | 'application') => ({
  needed: (stacks: readonly AssemblyStack[]) =>
    resourcesOf(stacks, 'AWS::ElasticLoadBalancingV2::LoadBalancer').filter(
      ({ properties }) => properties.Type === type,
    ).length,
  used: async ({ loadBalancing }: Aws) => {
    let used = 0;
    for await (const { LoadBalancers = [] } of paginateDescribeLoadBalancers({ client: loadBalancing }, {})) {
      used += LoadBalancers.filter(({ Type }) => Type === type).length;
    }
    return used;
  },
});

/** Executions that Lambda keeps free of reservations: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
const UNRESERVED_EXECUTIONS = 100;

/** Quotas that new accounts run into. Codes: `aws service-quotas list-service-quotas --service-code <service>`. */
const QUOTAS: readonly Quota[] = [
  {
    name: 'VPCs',
    service: 'vpc',
    code: 'L-F678F1CE',
    needed: count('AWS::EC2::VPC'),
    used: async ({ ec2 }) => {
      let used = 0;
      for await (const { Vpcs = [] } of paginateDescribeVpcs({ client: ec2 }, {})) used += Vpcs.length;
      return used;
    },
  },
  {
    name: 'elastic IP addresses',
    service: 'ec2',
    code: 'L-0263D0A3',
    needed: count('AWS::EC2::EIP'),
    used: async ({ ec2 }) => (await ec2.send(new DescribeAddressesCommand({}))).Addresses?.length ?? 0,
  },
  {
    name: 'vCPUs of standard instances',
    service: 'ec2',
    code: 'L-1216C47A',
    needed: async (stacks, { ec2 }) => {
      const nodes = resourcesOf(stacks, 'AWS::EKS::Nodegroup').map(({ properties }) => ({
        type: (properties.InstanceTypes as _InstanceType[])[0],
        size: Number((properties.ScalingConfig as { DesiredSize: number }).DesiredSize),
      }));
      const types = [...new Set(nodes.flatMap(({ type }) => type ?? []))];
      if (types.length === 0) return 0;
      const { InstanceTypes = [] } = await ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: types }));
      const vcpus = new Map(
        InstanceTypes.map(({ InstanceType, VCpuInfo }) => [InstanceType, VCpuInfo?.DefaultVCpus ?? 0]),
      );
      return nodes.reduce((sum, { type, size }) => sum + (vcpus.get(type) ?? 0) * size, 0);
    },
    used: async ({ ec2 }) => {
      let used = 0;
      const running = paginateDescribeInstances(
        { client: ec2 },
        { Filters: [{ Name: 'instance-state-name', Values: ['pending', 'running'] }] },
      );
      for await (const { Reservations = [] } of running) {
        for (const { Instances = [] } of Reservations) {
          for (const { InstanceType = '', CpuOptions } of Instances) {
            // Other families (p, g, x, …) have quotas of their own.
            if (/^[acdhimrtz]\d/.test(InstanceType)) {
              used += (CpuOptions?.CoreCount ?? 0) * (CpuOptions?.ThreadsPerCore ?? 0);
            }
          }
        }
      }
      return used;
    },
  },
  { name: 'network load balancers', service: 'elasticloadbalancing', code: 'L-69A177A2', ...loadBalancers('network') },
  {
    name: 'application load balancers',
    service: 'elasticloadbalancing',
    code: 'L-53DA6B97',
    ...loadBalancers('application'),
  },
  {
    name: 'cache nodes',
    service: 'elasticache',
    code: 'L-DFE45DF3',
    needed: (stacks) =>
      resourcesOf(stacks, 'AWS::ElastiCache::ReplicationGroup').reduce(
        (sum, { properties }) => sum + Number(properties.NumCacheClusters),
        0,
      ),
    used: async ({ cache }) => {
      let used = 0;
      for await (const { CacheClusters = [] } of paginateDescribeCacheClusters({ client: cache }, {})) {
        used += CacheClusters.reduce((sum, { NumCacheNodes = 0 }) => sum + NumCacheNodes, 0);
      }
      return used;
    },
  },
  {
    name: 'security groups per network interface',
    service: 'vpc',
    code: 'L-2AFB9258',
    needed: (stacks) => Math.max(0, ...stacks.flatMap(({ template }) => securityGroupLists(template))),
    used: async () => 0,
  },
  {
    name: 'concurrent Lambda executions',
    service: 'lambda',
    code: 'L-B99A9384',
    needed: (stacks) => {
      const reserved = resourcesOf(stacks, 'AWS::Lambda::Function').reduce(
        (sum, { properties }) => sum + Number(properties.ReservedConcurrentExecutions ?? 0),
        0,
      );
      return reserved > 0 ? reserved + UNRESERVED_EXECUTIONS : 0;
    },
    used: async () => 0,
  },
];

/** What a deployment adds still fits into the account's quotas. */
export const quotas: PreflightCheck = {
  title: 'Quotas',
  run: async (context) => {
    const { aws, environment } = context;
    // What is deployed already is part of the usage.
    const stacks = missingStacks(context);
    return Promise.all(
      QUOTAS.map(async ({ name, service, code, needed, used }): Promise<Outcome> => {
        const more = await needed(stacks, aws);
        if (more === 0) return ok(`${name}: no more are needed`);
        const [limit, inUse] = await Promise.all([quotaValue(aws, service, code), used(aws)]);
        const found = `${name}: ${inUse} of ${limit} in use, ${more} needed`;
        return inUse + more <= limit
          ? ok(found)
          : failed(
              found,
              `aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value ${inUse + more} --region ${environment.config.region}`,
            );
      }),
    );
  },
};

async function quotaValue({ quotas: client }: Aws, ServiceCode: string, QuotaCode: string): Promise<number> {
  try {
    const { Quota: quota } = await client.send(new GetServiceQuotaCommand({ ServiceCode, QuotaCode }));
    return quota?.Value ?? 0;
  } catch (error) {
    // An account that never asked for more has no value of its own for some quotas.
    if (errorName(error) !== 'NoSuchResourceException') throw error;
    const { Quota: quota } = await client.send(new GetAWSDefaultServiceQuotaCommand({ ServiceCode, QuotaCode }));
    return quota?.Value ?? 0;
  }
}

/** Lengths of all lists of security groups in a template. */
function securityGroupLists(value: unknown): number[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) =>
    /^(VPC)?SecurityGroup(Id)?s$/i.test(key) && Array.isArray(below) ? [below.length] : securityGroupLists(below),
  );
}
