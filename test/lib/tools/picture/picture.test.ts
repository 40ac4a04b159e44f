import * as fs from 'fs';
import * as path from 'path';
import { stacksOf } from '../../../../lib/assembly/assembly';
import { draw } from '../../../../lib/tools/picture/draw';
import { type Group, modelOf } from '../../../../lib/tools/picture/model';
import { assemblyStack } from '../../assembly/stack';
import { assemblePlatform } from '../operations/assembled';

const assembly = assemblePlatform();
const FILE = path.join(__dirname, '../../../../docs/images/architecture.svg');

/** Arrows as `title subtitle → title subtitle`. */
function arrowsOf(environment: 'dev' | 'prod'): string[] {
  const { groups, arrows } = modelOf({ stacks: stacksOf(assembly, environment), assets: assembly.assets });
  const names = new Map<string, string>();
  const collect = ({ id, title, boxes, groups: inner }: Group) => {
    names.set(id, title);
    boxes.forEach((box) => names.set(box.id, `${box.title} ${box.subtitle}`));
    inner.forEach(collect);
  };
  groups.forEach(collect);
  return arrows.map(({ from, to }) => `${names.get(from)} → ${names.get(to)}`);
}

describe('the picture of the architecture', () => {
  test('in docs/images is the one of today; npm run picture draws it again', async () => {
    const drawn = await draw(
      modelOf({ stacks: stacksOf(assembly, 'dev'), assets: assembly.assets }),
      'ERP platform, dev',
    );
    const fresh = fs.readFileSync(FILE, 'utf8') === drawn ? 'yes' : 'no: run npm run picture';
    expect(fresh).toBe('yes');
  });

  test('is the same every time', async () => {
    const model = modelOf({ stacks: stacksOf(assembly, 'prod'), assets: assembly.assets });
    expect(await draw(model, 'prod')).toBe(await draw(model, 'prod'));
  });

  test('follows a request from CloudFront to the pods and to the database', () => {
    expect(arrowsOf('dev')).toEqual(
      expect.arrayContaining([
        'CloudFront HTTPS, frontend and /api → API Gateway HTTP API, JWT on every route',
        'API Gateway HTTP API, JWT on every route → VPC Link into the VPC',
        'VPC Link into the VPC → Network Load Balancer erp-dev-nlb',
        'Network Load Balancer erp-dev-nlb → Target group 8082 type ip',
        'Target group 8082 type ip → approval-request-service pods, port 8082',
        'approval-request-service pods, port 8082 → approval-processing-service pods, port 8083',
        'notification-service pods, port 8084 → Kafka pods on the tainted nodes',
        'notification-service pods, port 8084 → ElastiCache Valkey 9.1 cache.t4g.micro',
        'approval-processing-service pods, port 8083 → ElastiCache Valkey 9.1 cache.t4g.micro',
        'Target group 8081 type alb → Application Load Balancer erp-dev-employee',
        'Application Load Balancer erp-dev-employee → Lambda erp-dev-employee',
        'Lambda erp-dev-employee → Secret erp/dev/mysql-employee',
        'Secret erp/dev/mysql-employee → RDS MySQL 8.4.10 db.t4g.micro',
      ]),
    );
  });

  test('shows what prod has instead: MSK, the firewall', () => {
    expect(arrowsOf('prod')).toEqual(
      expect.arrayContaining([
        'notification-service pods, port 8084 → Amazon MSK Kafka 3.9.x.kraft',
        'AWS WAF web ACL → CloudFront HTTPS, frontend and /api',
      ]),
    );
  });

  test('has a place for a stack of unknown things, and for a name with signs of XML', async () => {
    const stacks = stacksOf(assembly, 'dev');
    const more = assemblyStack(
      'ErpDevMore',
      { Resources: { One: { Type: 'AWS::New::Thing' } } },
      { description: 'a < b & c' },
    );
    const svg = await draw(modelOf({ stacks: [...stacks, more], assets: assembly.assets }), 'more');
    expect(svg).toContain('>1 resources</text>');
    expect(svg).toContain('a &lt; b &amp; c');
  });

  test('leaves out dependencies that a longer way says as well', () => {
    const { dependencies } = modelOf({ stacks: stacksOf(assembly, 'dev'), assets: assembly.assets });
    expect(dependencies).toContainEqual({ from: 'ErpDevData', to: 'ErpDevEmployee' });
    expect(dependencies).not.toContainEqual({ from: 'ErpDevNetwork', to: 'ErpDevEmployee' });
  });
});
