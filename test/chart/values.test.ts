import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { HELM } from '../helm';
import { chartWithNotes } from './notes';
import { chart, refusal, render, runHelm, templateArgs, withoutServices } from './render';
import { allOptions, leastService } from './variants';

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

const defaults = parse(readFileSync(join(chart, 'values.yaml'), 'utf8')) as Tree;
const schema = JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8')) as Tree;

describe('helm lint --strict', () => {
  test.each(['values', 'values-dev', 'values-prod'])('has nothing to say about %s.yaml', (file) => {
    const output = runHelm(['lint', '--strict', chart, '-f', join(chart, `${file}.yaml`)]);
    expect(output).toContain('0 chart(s) failed');
    expect(output).not.toMatch(/WARNING|ERROR/);
  });
});

describe('the schema', () => {
  /** Every object schema with its path. */
  function* objects(node: unknown, path = ''): Generator<[string, Tree]> {
    if (Array.isArray(node)) for (const [index, child] of node.entries()) yield* objects(child, `${path}/${index}`);
    if (!isTree(node)) return;
    if (node.type === 'object') yield [path, node];
    for (const [key, child] of Object.entries(node)) yield* objects(child, `${path}/${key}`);
  }

  test('is closed at every level but for "global", which Helm shares with parent charts', () => {
    const open = [...objects(schema)].filter(
      ([, { additionalProperties }]) => additionalProperties === undefined || additionalProperties === true,
    );
    expect(open.map(([path]) => path)).toEqual(['/properties/global']);
  });

  test('knows the keys of values.yaml, no more and no fewer', () => {
    const properties = (node: Tree): Tree => (node.$ref ? definition(node.$ref as string) : node).properties as Tree;
    const definition = (ref: string) =>
      (schema.definitions as Record<string, Tree>)[ref.replace('#/definitions/', '')]!;
    const compare = (values: Tree, node: Tree, path: string): void => {
      const known = properties(node);
      if (!known) return;
      const optional = path === '' ? ['enabled'] : path === '.serviceDefaults.image' ? ['repository'] : [];
      const expected = Object.keys(known).filter((key) => !optional.includes(key));
      if (!/resources|Request|\.default$/.test(path))
        expect([path, Object.keys(values).sort()]).toEqual([path, expected.sort()]);
      for (const [key, value] of Object.entries(values)) {
        if (isTree(value)) compare(value, known[key] as Tree, `${path}.${key}`);
      }
    };
    compare(defaults, schema, '');
  });

  test('lets a parent chart switch this one with "enabled" and share "global"', () => {
    expect(() => render('values-dev', { enabled: true, global: { someone: 'else' } })).not.toThrow();
  });

  test.each<[string, object, string]>([
    ['an unknown key at the root', { servcies: {} }, 'Additional property servcies is not allowed'],
    [
      'an unknown key of a service',
      { services: { notification: { replicas: 3 } } },
      'Additional property replicas is not allowed',
    ],
    [
      'an unknown key far down',
      { services: { notification: { probes: { readiness: { intervalSeconds: 3 } } } } },
      'Additional property intervalSeconds is not allowed',
    ],
    [
      'a service key that is not camel case',
      { services: { 'my-service': leastService } },
      "Does not match pattern '^[a-z][a-zA-Z0-9]*$'",
    ],
    [
      'a service name that is no DNS label',
      { services: { notification: { name: 'Notification_Service' } } },
      'services.notification.name',
    ],
    ['a service without a port', { services: { expense: { ...leastService, port: undefined } } }, 'port is required'],
    ['a port out of range', { services: { notification: { port: 65536 } } }, 'Must be less than or equal to 65535'],
    ['a port as text', { services: { notification: { port: '8084' } } }, 'Expected: integer, given: string'],
    ['an unknown Kafka mode', { kafka: { mode: 'redpanda' } }, 'kafka.mode must be one of the following'],
    ['an even number of ZooKeepers', { zookeeper: { replicas: 2 } }, 'zookeeper.replicas must be one of the following'],
    [
      'bytes as a number, which Helm would print as 1.073741824e+09',
      { kafka: { retentionBytes: 1073741824 } },
      'Expected: string, given: integer',
    ],
    [
      'an environment variable as a number',
      { services: { notification: { env: { LIMIT: 1 } } } },
      'Expected: string, given: integer',
    ],
    [
      'a target group name for an ARN',
      { services: { notification: { targetGroup: { arn: 'notification' } } } },
      'services.notification.targetGroup.arn',
    ],
    [
      'a CIDR without a length',
      { networkPolicy: { loadBalancerCidrs: ['10.0.0.0'] } },
      'networkPolicy.loadBalancerCidrs.0',
    ],
  ])('refuses %s', (_, values, message) => {
    expect(refusal('values-dev', values)).toContain(message);
  });
});

describe('values that do not fit together', () => {
  const service = (values: object) => ({ services: { notification: values } });

  test.each<[string, object, string]>([
    [
      'a name taken',
      service({ name: 'approval-request-service' }),
      'services.notification.name: "approval-request-service" is taken by services.approvalRequest',
    ],
    [
      'a port taken',
      service({ port: 8082 }),
      'services.notification.port: "8082" is taken by services.approvalRequest',
    ],
    [
      'a route taken',
      service({ api: { route: 'approvals' } }),
      'services.notification.api.route: "approvals" is taken by services.approvalRequest',
    ],
    [
      'a name of the chart',
      service({ name: 'kafka' }),
      'services.notification.name: "kafka" is a name that the chart itself uses',
    ],
    [
      'the port of the sidecar',
      service({ port: 2000 }),
      'services.notification.port: 2000 belongs to the X-Ray sidecar',
    ],
    [
      'one port for HTTP and gRPC',
      service({ grpc: { port: 8084 } }),
      'services.notification.grpc.port: 8084 is already the port of the service',
    ],
    [
      'fewest pods above most',
      service({ hpa: { minReplicas: 9 } }),
      'services.notification.hpa: minReplicas 9 is above maxReplicas 3',
    ],
    [
      'the target group of another port',
      service({ targetGroup: { port: 8082 } }),
      'services.notification.targetGroup.port: 8082 must be the port of the service, 8084',
    ],
    [
      'a gRPC probe without gRPC',
      service({ probes: { liveness: { type: 'grpc' } } }),
      'services.notification.probes.liveness.type: grpc needs grpc.port',
    ],
    [
      'a variable twice',
      service({ env: { A: 'x' }, secretEnv: { A: { secret: 's', key: 'k' } } }),
      'services.notification: A is in env and in secretEnv; keep one',
    ],
    [
      'an unknown peer',
      service({ calls: { payroll: ['http'] } }),
      'services.notification.calls: there is no service "payroll"; there are approvalProcessing, approvalRequest, notification',
    ],
    [
      'a peer without gRPC',
      service({ calls: { approvalRequest: ['grpc'] } }),
      'services.notification.calls.approvalRequest: the service has no grpc.port',
    ],
    [
      'a moving Kafka',
      { kafka: { image: { tag: 'latest' } } },
      'kafka.image.tag: "latest" moves; set a fixed tag or digest',
    ],
    [
      'an even quorum',
      { kafka: { mode: 'kraft', replicas: 2 } },
      'kafka.replicas: 2 brokers are no quorum in mode kraft',
    ],
    [
      'host ports beside the services',
      { xray: { daemonSet: { namespace: 'erp-dev' } } },
      'xray.daemonSet.namespace: "erp-dev" is the namespace of the services',
    ],
  ])('refuses %s', (_, values, message) => {
    expect(refusal('values-dev', values)).toContain(message);
  });

  test.each([
    ['values-prod', 'latest', {}],
    ['values-prod', '', {}],
    ['values-dev', 'latest', { environment: 'staging', movingTags: false }],
  ] as const)('of %s refuses the image tag "%s" where tags must not move', (profile, tag, values) => {
    expect(refusal(profile, { ...values, ...service({ image: { tag } }) })).toContain(
      `services.notification.image.tag: "${tag}" moves, and movingTags is false; set a fixed tag or image.digest`,
    );
  });

  test('takes the image tag latest where tags may move, whatever the environment is called', () => {
    expect(() => render('values-prod', { movingTags: true, ...service({ image: { tag: 'latest' } }) })).not.toThrow();
  });

  test('says everything at once', () => {
    const message = refusal(
      'values-dev',
      service({ port: 8082, api: { route: 'approvals' }, hpa: { minReplicas: 9 } }),
    );
    expect(message.match(/^ +services\.notification/gm)).toHaveLength(3);
  });
});

describe('every value', () => {
  const copy = withoutServices(chartWithNotes());

  const template = (mode: string, values: Tree): Promise<string> =>
    new Promise((resolve) => {
      const args = templateArgs('values', ['--skip-schema-validation', '--set', `kafka.mode=${mode}`], copy);
      const child = execFile(HELM, args, { maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
        resolve(error ? stderr : stdout),
      );
      child.stdin!.end(JSON.stringify(values));
    });

  const merge = (base: unknown, over: unknown): unknown =>
    isTree(base) && isTree(over)
      ? Object.fromEntries(
          [...Object.keys(base), ...Object.keys(over)].map((key) => [
            key,
            key in over ? merge(base[key], over[key]) : base[key],
          ]),
        )
      : over;

  /** Leaves of the values; an empty map or list is a leaf. */
  function* leaves(node: unknown, path: string[] = []): Generator<[string[], unknown]> {
    if (isTree(node) && Object.keys(node).length > 0) {
      for (const [key, child] of Object.entries(node)) yield* leaves(child, [...path, key]);
    } else yield [path, node];
  }

  const other = (value: unknown): unknown => {
    if (typeof value === 'boolean') return !value;
    if (typeof value === 'number') return value + 1;
    if (Array.isArray(value)) return value.slice(1).concat(value.length === 0 ? ['10.9.0.0/16'] : []);
    if (isTree(value)) return { added: 'x' };
    const choices: Record<string, string> = { dev: 'prod', tcp: 'http' };
    return choices[String(value)] ?? `${String(value)}x`;
  };

  const nest = (path: string[], value: unknown): Tree =>
    path.reduceRight((inner, key) => ({ [key]: inner }), value) as Tree;

  // Two services, because some values only show in the relation of one to the other.
  const services = {
    expense: {
      ...leastService,
      uses: { kafka: true, mongodb: true, employeeService: true, redis: true },
      calls: { audit: ['grpc'] },
      probes: { startup: { type: 'http' }, readiness: { type: 'http' }, liveness: { type: 'http' } },
    },
    audit: {
      name: 'audit-service',
      port: 8086,
      image: { repository: 'erp/audit-service' },
      grpc: { port: 9091 },
      hpa: { enabled: true },
    },
  };

  test('is read by a template: changing it changes what is rendered', async () => {
    const base = merge(
      { ...defaults, services: {} },
      merge(allOptions, {
        services,
        serviceDefaults: { targetGroup: { arn: 'arn' } },
        employeeService: { host: 'nlb' },
        redis: { host: 'cache' },
        kafka: { msk: { bootstrapServers: 'b-1:9094' } },
      }),
    ) as Tree;
    const rendered = new Map<string, string>();
    for (const mode of ['zookeeper', 'kraft', 'msk']) rendered.set(mode, await template(mode, base));
    // What a stand-in is shows only while it runs.
    const standIns = merge(base, { standIn: { enabled: true } });
    rendered.set('standIn', await template('zookeeper', standIns as Tree));

    // Text and numbers that are printed as they are: all marked in one rendering, where each mark must show up.
    const all = [...leaves(base)].filter(([path]) => path.join('.') !== 'kafka.mode');
    const marks = all.flatMap(([path, value], index): [string[], string | number][] => {
      const decides = /^environment|targetGroup|[rR]eplicas$|brokers$|type$|\.(kraft|msk)\./.test(path.join('.'));
      if (decides || !['string', 'number'].includes(typeof value)) return [];
      return [[path, typeof value === 'number' ? 31_000 + index : `mark${31_000 + index}`]];
    });
    const marked = await template(
      'zookeeper',
      marks.reduce<unknown>((tree, [path, mark]) => merge(tree, nest(path, mark)), base) as Tree,
    );
    expect(marked).toContain('kind: Deployment');
    const shown = new Set(marks.filter(([, mark]) => marked.includes(String(mark))).map(([path]) => path));

    // Whatever else: changed alone, it must change something.
    const queue = all.filter(([path]) => !shown.has(path));
    const unread: string[] = [];
    await Promise.all(
      Array.from({ length: availableParallelism() }, async () => {
        for (let next = queue.pop(); next; next = queue.pop()) {
          const [path, value] = next;
          const ofStandIn = path[0] === 'standIn' && path[1] !== 'enabled';
          const changed = merge(ofStandIn ? standIns : base, nest(path, other(value))) as Tree;
          const mode = path[1] === 'kraft' ? 'kraft' : path[1] === 'msk' ? 'msk' : 'zookeeper';
          if ((await template(mode, changed)) === rendered.get(ofStandIn ? 'standIn' : mode)) {
            unread.push(path.join('.'));
          }
        }
      }),
    );
    expect(unread.sort()).toEqual([]);
  });
});
