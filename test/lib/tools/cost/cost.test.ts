import { KUBERNETES_VERSIONS } from '../../../../lib/config/kubernetes-versions';
import { compareCosts } from '../../../../lib/tools/cost/change';
import { type Estimate, estimateCost } from '../../../../lib/tools/cost/estimate';
import { METERS } from '../../../../lib/tools/cost/meters';
import { PRICES } from '../../../../lib/tools/cost/prices';
import { costDocument, signed } from '../../../../lib/tools/cost/table';
import type { Assembly } from '../../../../lib/assembly/assembly';
import { renderTerminal } from '../../../../lib/report/terminal';
import { TODAY, build } from '../review/bench';

const dev = build();
const prod = build({ environment: 'prod' });
const item = ({ items }: Estimate, service: string, what: RegExp) =>
  items.find((candidate) => candidate.service === service && what.test(candidate.item));

test('dev runs a NAT gateway, two load balancers, four nodes and six Kafka volumes', () => {
  const estimate = estimateCost(dev, 'dev', TODAY);

  expect(item(estimate, 'VPC', /NAT gateway/)).toMatchObject({ quantity: 730, usd: 730 * 0.059 });
  expect(item(estimate, 'VPC', /address/)).toMatchObject({ quantity: 730 });
  expect(item(estimate, 'ELB', /network/)).toMatchObject({ quantity: 730 });
  expect(item(estimate, 'ELB', /application/)).toMatchObject({ quantity: 730 });
  expect(item(estimate, 'EC2', /t3.medium/)).toMatchObject({ quantity: 2 * 730 });
  expect(item(estimate, 'EC2', /t3.large/)).toMatchObject({ quantity: 2 * 730 });
  expect(item(estimate, 'EBS', /root/)).toMatchObject({ quantity: 4 * 20 });
  expect(item(estimate, 'EBS', /pods/)).toMatchObject({ quantity: 6 * 10 });
  expect(item(estimate, 'RDS', /db\./)).toMatchObject({ quantity: 730, usd: 730 * 0.025 });
});

test('prod pays for two zones of database and for MSK', () => {
  const estimate = estimateCost(prod, 'prod', TODAY);

  expect(item(estimate, 'RDS', /db\./)).toMatchObject({ quantity: 2 * 730 });
  expect(item(estimate, 'RDS', /storage/)).toMatchObject({ quantity: 2 * 100 });
  expect(item(estimate, 'MSK', /brokers/)).toMatchObject({ quantity: 2 * 730 });
  expect(item(estimate, 'MSK', /storage/)).toMatchObject({ quantity: 2 * 100, usd: undefined });
  expect(item(estimate, 'WAF', /rules/)).toMatchObject({ quantity: 5 });
  expect(item(estimate, 'Cognito', /Plus/)).toBeDefined();
});

test('every node of the cache is billed, and every snapshot but the first; their prices are unknown', () => {
  expect(item(estimateCost(dev, 'dev', TODAY), 'ElastiCache', /valkey on cache.t4g.micro/)).toMatchObject({
    quantity: 730,
    usd: undefined,
  });
  expect(item(estimateCost(dev, 'dev', TODAY), 'ElastiCache', /snapshots/)).toBeUndefined();
  const estimate = estimateCost(prod, 'prod', TODAY);
  expect(item(estimate, 'ElastiCache', /valkey on cache.t4g.small/)).toMatchObject({ quantity: 2 * 730 });
  expect(item(estimate, 'ElastiCache', /snapshots/)).toMatchObject({ quantity: 14, usage: true });
});

test('only the function that answers requests is billed by them', () => {
  expect(item(estimateCost(dev, 'dev', TODAY), 'Lambda', /requests/)).toMatchObject({ quantity: 0.1 });
});

test('a cluster costs six times as much from the day after its standard support ends', () => {
  const { standardSupportEnd } = KUBERNETES_VERSIONS['1.31'];
  const cluster = (today: string) => item(estimateCost(dev, 'dev', today), 'EKS', /cluster/)?.usd;

  expect(cluster(standardSupportEnd)).toBeCloseTo(73);
  expect(cluster('2025-11-27')).toBeCloseTo(438);
});

test('a price that nobody knows is unknown and in no sum', () => {
  const stack = {
    ...dev.stacks.find(({ name }) => name === 'ErpDevData')!,
    resources: {
      It: { Type: 'AWS::RDS::DBInstance', Properties: { DBInstanceClass: 'db.r9.huge', AllocatedStorage: '100' } },
    },
  };
  const assembly: Assembly = { stacks: [stack], assets: new Map() };
  const estimate = estimateCost(assembly, 'dev', TODAY);

  expect(item(estimate, 'RDS', /db\.r9/)).toMatchObject({ usd: undefined });
  expect(estimate.fixed).toBeCloseTo(13.1);
  const text = renderTerminal(costDocument([estimate]), false);
  expect(text).toMatch(/dev: \$13\.10 a month and what is unknown/);
  expect(text).toMatch(/price unknown: RDS db\.r9\.huge \(730\)/);
});

test('sums by stack and by service are the whole', () => {
  const { items, fixed, variable } = estimateCost(dev, 'dev', TODAY);
  const sum = items.reduce((total, { usd = 0 }) => total + usd, 0);

  expect(fixed + variable).toBeCloseTo(sum);
});

test('a change shows the lines that differ', () => {
  const head = build({ config: { network: { natGateways: 2 } } });
  const { items } = compareCosts('dev', estimateCost(dev, 'dev', TODAY), estimateCost(head, 'dev', TODAY));

  expect(items.map(({ before, after }) => [after?.item, before?.quantity, after?.quantity])).toEqual([
    ['NAT gateway', 730, 1460],
    ['public IPv4 address', 730, 1460],
  ]);
});

test('every price says where it is from, and every meter of the platform has an entry', () => {
  for (const [name, { usd, source, date, confidence }] of Object.entries(PRICES)) {
    expect([name, source.length > 0, /^20\d\d(-\d\d)?$/.test(date)]).toEqual([name, true, true]);
    expect([name, usd === undefined || usd > 0]).toEqual([name, true]);
    expect(['high', 'medium', 'low']).toContain(confidence);
  }
  for (const [assembly, environment] of [
    [dev, 'dev'],
    [prod, 'prod'],
  ] as const) {
    for (const { price, rate } of estimateCost(assembly, environment, TODAY).items) {
      expect([price, rate !== undefined]).toEqual([price, true]);
    }
  }
});

test('differences carry their sign', () => {
  expect([signed(1.234), signed(-0.5), signed(0.001)]).toEqual(['+$1.23', '−$0.50', '±$0.00']);
});

test('what runs by the hour in the templates has a meter', () => {
  // Types of the platform that AWS bills by the hour or month; a new one belongs into METERS.
  const billed =
    /^AWS::(EKS::(Cluster|Nodegroup)|EC2::(NatGateway|EIP|VPCEndpoint)|RDS::DBInstance|MSK::Cluster|KMS::Key|SecretsManager::Secret|WAFv2::WebACL|ElasticLoadBalancingV2::LoadBalancer|ElastiCache::.*|OpenSearchService::Domain)$/;
  const types = new Set(
    [dev, prod].flatMap(({ stacks }) =>
      stacks.flatMap(({ resources }) => Object.values(resources).map(({ Type }) => Type)),
    ),
  );
  const free = ['AWS::EC2::VPCEndpoint', 'AWS::ElastiCache::SubnetGroup'];

  expect([...types].filter((type) => billed.test(type) && !(type in METERS) && !free.includes(type))).toEqual([]);
});

test('in a region without a price table nothing has a price, and the bill no sum', () => {
  const stacks = dev.stacks.map((stack) => ({ ...stack, region: 'ap-northeast-1' }));
  const elsewhere = estimateCost({ ...dev, stacks }, 'dev', TODAY);
  expect(elsewhere.items.filter(({ usd, rate }) => usd !== undefined || rate)).toEqual([]);
  expect(elsewhere.items.map(({ quantity }) => quantity)).toEqual(
    estimateCost(dev, 'dev', TODAY).items.map(({ quantity }) => quantity),
  );
  const text = renderTerminal(costDocument([elsewhere]), false);
  expect(text).toContain('ap-northeast-1, on demand');
  expect(text).toContain('dev: unknown, for the prices of ap-northeast-1 are not in the table');
  expect(text).not.toContain('ap-northeast-2');
});
