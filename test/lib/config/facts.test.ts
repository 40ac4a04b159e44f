import * as fs from 'fs';
import * as path from 'path';
import { EDGE_RESOURCES, LIMITS, limitWarnings, mostServices } from '../../../lib/config/limits';
import type { Values } from '../../../lib/config/values';
import { CONFIGS, chartWith, config, loadEnvironments, resources, synth } from '../synth';

/** Lines about problems, without the head. */
function problems(configs: Parameters<typeof loadEnvironments>[0], chart?: string): string[] {
  try {
    loadEnvironments(configs, chart);
  } catch (error) {
    return (error as Error).message.split('\n').slice(1);
  }
  return [];
}

const dev = [CONFIGS.dev];
const domain = {
  name: 'erp.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:111111111111:certificate/abc',
  hostedZoneId: 'Z1',
  hostedZoneName: 'example.com',
};

/** As many services as wanted, with the shipped three. */
const services = (count: number): Values => ({
  services: Object.fromEntries(
    Array.from({ length: count - 3 }, (_, i) => [
      `extra${i}`,
      {
        name: `extra${i}-service`,
        port: 8100 + i,
        image: { repository: `erp/extra${i}-service` },
        api: { route: `extra${i}` },
        uses: { kafka: true, mongodb: true, redis: true, employeeService: true },
      },
    ]),
  ),
});

describe('what config says, a values file', () => {
  test.each<[string, 'dev' | 'prod', Values, string]>([
    ['a region', 'dev', { region: 'ap-northeast-1' }, 'region is "ap-northeast-1"; allowed: ap-northeast-2'],
    ['an environment', 'prod', { environment: 'dev' }, 'environment is "dev"; allowed: prod'],
    [
      'the secret of another environment',
      'dev',
      { secrets: { mysql: { key: 'erp/prod/mysql' } } },
      'secrets.mysql.key is "erp/prod/mysql"; allowed: erp/dev/mysql',
    ],
    ['a port', 'dev', { employeeService: { port: 9999 } }, 'employeeService.port is 9999; allowed: 8081'],
    [
      'the namespace of the X-Ray daemons',
      'dev',
      { xray: { daemonSet: { namespace: 'tracing' } } },
      'xray.daemonSet.namespace is "tracing"; allowed: erp-dev-xray',
    ],
    [
      'a network',
      'dev',
      { networkPolicy: { vpcCidr: '10.9.0.0/16' } },
      'networkPolicy.vpcCidr is "10.9.0.0/16"; allowed: 10.0.0.0/16',
    ],
  ])('may not say otherwise: %s', (_, name, changes, message) => {
    expect(problems([CONFIGS[name]], chartWith(name, changes))).toEqual([
      `  chart/values-${name}.yaml: ${message}, or nothing: the app says it itself`,
    ]);
  });

  test('may say as well, or leave out', () => {
    const said = { region: 'ap-northeast-2', secrets: { mysql: { key: 'erp/dev/mysql' }, mongodb: { key: '' } } };
    expect(problems(dev, chartWith('dev', said))).toEqual([]);
    const chart = chartWith('dev', { namespace: null, environment: null });
    expect(loadEnvironments(dev, chart)[0]!.values.overrides).toMatchObject({
      environment: 'dev',
      namespace: 'erp-dev',
      region: 'ap-northeast-2',
      secrets: { mysql: { key: 'erp/dev/mysql' }, mongodb: { key: 'erp/dev/mongodb' } },
    });
  });

  test('follows into another region', () => {
    const network = { availabilityZones: ['ap-northeast-1a', 'ap-northeast-1c'] };
    const tokyo = config('dev', { region: 'ap-northeast-1', network });
    expect(loadEnvironments([tokyo])[0]!.values.merged.region).toBe('ap-northeast-1');
  });
});

describe('values that mean nothing or too much', () => {
  test.each<[string, Values, string]>([
    ['an empty entry', { services: { payroll: null } }, 'services.payroll is null; allowed: an entry with name'],
    [
      'a label that Kubernetes refuses',
      { commonLabels: { team: '개발팀' } },
      'commonLabels.team is "개발팀"; allowed: must match',
    ],
    [
      "one of the chart's labels",
      { commonLabels: { app: 'erp' } },
      'commonLabels.app is "app"; allowed: must NOT be valid: The chart sets it.',
    ],
    [
      'a password outside of variables',
      { services: { notification: { config: { 'a.yaml': 'uri: mongodb://erp:hunter2@db.example.com/erp' } } } },
      'services.notification.config.a.yaml is "***"; allowed: no password: values are kept in Git',
    ],
  ])('%s is refused', (_, changes, message) => {
    const chart = chartWith('dev', {});
    // JSON is YAML: what merging would take for a removal is written out.
    fs.writeFileSync(path.join(chart, 'values-dev.yaml'), JSON.stringify({ environment: 'dev', ...changes }));
    expect(problems(dev, chart)).toEqual([expect.stringContaining(`  chart/values-dev.yaml: ${message}`)]);
  });

  test('a password is not repeated where the value is refused for something else', () => {
    const chart = chartWith('dev', { mongodbUri: 'mongodb://erp:hunter2@db.example.com/erp' });
    expect(problems(dev, chart)).not.toEqual([]);
    expect(problems(dev, chart).join()).not.toContain('hunter2');
  });

  test('a problem of what all environments share is said once, of the file it stands in', () => {
    const chart = chartWith('dev', {});
    const file = path.join(chart, 'values.yaml');
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('port: 8084', 'port: 8082'));
    expect(problems([CONFIGS.dev, CONFIGS.prod], chart)).toEqual([
      '  chart/values.yaml: services.notification.port is 8082; allowed: a value of its own: services.approvalRequest has this one',
    ]);
  });
});

describe('a values file that cannot be read', () => {
  const unreadable = (content?: string) => {
    const chart = chartWith('dev', {});
    const file = path.join(chart, 'values-dev.yaml');
    if (content === undefined) fs.rmSync(file);
    else fs.writeFileSync(file, content);
    return problems(dev, chart);
  };

  test.each([
    ['a tab', 'kafka:\n\tmode: kraft\n', 'chart/values-dev.yaml:2:1: the line is "mode: …"; allowed: YAML: Tabs'],
    [
      'a key twice',
      'kafka: {}\nxray: {}\nkafka: {}\n',
      'chart/values-dev.yaml:3:1: the line is "kafka: …"; allowed: YAML: Map keys must be unique',
    ],
    ['an open bracket', 'global: [a\n', 'chart/values-dev.yaml:2:1: the line is ""; allowed: YAML: Flow sequence'],
    [
      'an alias of nothing',
      'global: *nobody\n',
      'chart/values-dev.yaml: the file is "YAML"; allowed: YAML: Unresolved alias',
    ],
    ['a list', '- a\n', 'chart/values-dev.yaml: the file is ["a"]; allowed: a map of values'],
    [
      'no file',
      undefined,
      'chart/values-dev.yaml: the file is missing; allowed: a file with what differs from chart/values.yaml',
    ],
  ])('%s: file, line and column, and nothing that follows from it', (_, content, message) => {
    expect(unreadable(content)).toContainEqual(expect.stringContaining(`  ${message}`));
    expect(unreadable(content).join()).not.toContain('services.');
  });

  test('a password in a line that is no YAML is not repeated', () => {
    expect(unreadable('env:\n\tMONGODB_URI: mongodb://erp:hunter2@db/erp\n').join()).not.toContain('hunter2');
  });
});

describe('networks', () => {
  const network = (cidr: string) => ({ network: { cidr } });
  const message = (cidr: string) =>
    expect.stringMatching(
      `prod\\.ts: network\\.cidr is "${cidr}"; allowed: addresses .*dev\\.ts \\(10\\.0\\.0\\.0/16\\) has not`,
    );

  test.each(['10.0.0.0/16', '10.0.16.0/20'])('%s of prod is part of that of dev', (cidr) => {
    expect(problems([CONFIGS.dev, config('prod', network(cidr))])).toEqual([message(cidr)]);
    const account = '111111111111';
    expect(problems([config('dev', { account }), config('prod', { account, ...network(cidr) })])).toEqual([
      message(cidr),
    ]);
  });

  test('two accounts may use the same addresses', () => {
    const configs = [
      config('dev', { account: '111111111111' }),
      config('prod', { account: '222222222222', ...network('10.0.0.0/16') }),
    ];
    expect(problems(configs)).toEqual([]);
  });
});

describe('limits of AWS', () => {
  test('the last service that has a listener is allowed, the next refused', () => {
    expect(mostServices(CONFIGS.dev).most).toBe(49);
    expect(problems(dev, chartWith('dev', services(49)))).toEqual([]);
    expect(problems(dev, chartWith('dev', services(50)))).toEqual([
      expect.stringMatching(
        /the number of services is 50; allowed: at most 49: each needs a listener .*load-balancer-limits/,
      ),
    ]);
  });

  test('a domain leaves resources for one less', () => {
    const withDomain = [config('dev', { edge: { domain } })];
    expect(problems(withDomain, chartWith('dev', services(48)))).toEqual([]);
    expect(problems(withDomain, chartWith('dev', services(49)))).toEqual([
      expect.stringMatching(
        /the number of services is 49; allowed: at most 48: each adds 9 resources .*cloudformation-limits/,
      ),
    ]);
  });

  test.each([
    ['without a domain', config('dev'), 49],
    ['with a domain', config('dev', { edge: { domain } }), 48],
  ])('as many services as are allowed keep within all other limits, %s', (_, environment, count) => {
    const app = synth({ configs: [environment], chart: chartWith('dev', services(count)) });
    for (const { template } of app.assembly().stacks) {
      const all = Object.values(
        (template as { Resources: Record<string, { Type: string; Properties: Values }> }).Resources,
      );
      expect(all.length).toBeLessThanOrEqual(LIMITS.resources.most);
      expect(JSON.stringify(template).length).toBeLessThan(LIMITS.template.most);
      const rules = new Map<string, number>();
      for (const { Type, Properties } of all.filter((each) => /SecurityGroup(In|E)gress$/.test(each.Type))) {
        const group = `${Type} ${JSON.stringify(Properties.GroupId)}`;
        rules.set(group, (rules.get(group) ?? 0) + 1);
      }
      for (const number of rules.values()) expect(number).toBeLessThanOrEqual(LIMITS.rules.most);
    }
    const edge = app.template('ErpDevEdge');
    const counted = (type: string, stack = edge) => Object.keys(resources(stack, type)).length;
    expect(counted('AWS::ApiGatewayV2::Route')).toBeLessThanOrEqual(LIMITS.routes.most);
    expect(counted('AWS::ApiGatewayV2::Integration')).toBeLessThanOrEqual(LIMITS.integrations.most);
    expect(counted('AWS::EKS::PodIdentityAssociation', app.template('ErpDevCluster'))).toBeLessThan(
      LIMITS.podIdentities.most,
    );
    const { fixed, service, domain: forDomain } = EDGE_RESOURCES;
    expect(Object.keys(edge.toJSON().Resources as object)).toHaveLength(
      fixed + service * count + (environment.edge.domain ? forDomain : 0),
    );
  });

  test('values that no custom resource can be told', () => {
    const file = (length: number) => ({ services: { notification: { config: { 'a.txt': 'x'.repeat(length) } } } });
    expect(problems(dev, chartWith('dev', file(240_000)))).toEqual([]);
    expect(problems(dev, chartWith('dev', file(250_000)))).toEqual([
      expect.stringMatching(
        /values-dev\.yaml: its size as JSON is \d+; allowed: at most 250000: .*gettingstarted-limits/,
      ),
    ]);
  });

  test('more pods than the private subnets have addresses, and more than the load balancer takes unasked', () => {
    const pods = (...most: number[]) => ({
      services: Object.fromEntries(
        ['notification', 'approvalRequest', 'approvalProcessing']
          .slice(0, most.length)
          .map((key, i) => [key, { hpa: { maxReplicas: most[i] } }]),
      ),
    });
    // Two subnets of 1,019 addresses, less those of three nodes in each zone.
    expect(problems(dev, chartWith('dev', pods(1000, 1000, 32)))).toEqual([]);
    expect(problems(dev, chartWith('dev', pods(1000, 1000, 33)))).toEqual([
      expect.stringMatching(
        /the pods at most, over all services is 2033; allowed: at most 2032: the private subnets of 10/,
      ),
    ]);
    // The two others have three pods each.
    const warnings = (count: number) => limitWarnings(loadEnvironments(dev, chartWith('dev', pods(count)))[0]!);
    expect(warnings(LIMITS.targets.most - 6)).toEqual([]);
    expect(warnings(LIMITS.targets.most - 5)).toEqual([expect.stringContaining('may have 401 pods at once')]);
  });
});

test('environments of two regions have a registry each, whose names do not depend on the other', () => {
  const tokyo = { region: 'ap-northeast-1', network: { availabilityZones: ['ap-northeast-1a', 'ap-northeast-1c'] } };
  const { app, environments } = synth({ configs: [config('dev', tokyo), config('prod')] });
  const registries = app.node.children.map(({ node: { id } }) => id).filter((id) => id.startsWith('ErpRegistry'));
  expect(registries).toEqual(['ErpRegistryApNortheast1', 'ErpRegistry']);
  expect(environments.map(({ workloads }) => workloads.dependencies.map(({ stackName }) => stackName))).toEqual([
    expect.arrayContaining(['ErpRegistryApNortheast1']),
    expect.arrayContaining(['ErpRegistry']),
  ]);
});
