import * as fs from 'fs';
import * as path from 'path';
import { RUNBOOK_SECTIONS } from '../../../../lib/platform/observability/alarms';
import { CONFIGS, loadEnvironments } from '../../synth';

const ROOT = path.join(__dirname, '../../../..');
const read = (file: string) => fs.readFileSync(path.join(ROOT, file), 'utf8');
const anchors = (file: string) => [...read(file).matchAll(/<a id="([^"]+)"><\/a>/g)].map(([, id]) => id!);
const RUNBOOKS = ['docs/runbook.md', 'docs/runbook.ko.md'];

describe.each(RUNBOOKS)('%s', (runbook) => {
  test('has a section for every alarm, each once', () => {
    const found = anchors(runbook);
    expect(found).toEqual(expect.arrayContaining([...RUNBOOK_SECTIONS]));
    expect(new Set(found).size).toBe(found.length);
  });

  test('has every section that it, the code and the other language link to', () => {
    const sources = fs
      .readdirSync(path.join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => read(path.join('lib', file)));
    const links = [
      ...sources.flatMap((source) => [...source.matchAll(/runbook\.md#([a-z0-9-]+)/g)]),
      ...read(runbook).matchAll(/\]\(#([a-z0-9-]+)\)/g),
    ].map(([, id]) => id!);
    expect(links.length).toBeGreaterThan(20);
    expect(anchors(runbook)).toEqual(expect.arrayContaining(links));
    expect(anchors(runbook)).toEqual(anchors(RUNBOOKS[0]!));
  });

  test('names what is deployed: services, namespaces, releases', () => {
    const [environment] = loadEnvironments([CONFIGS.dev]);
    const text = read(runbook);
    for (const name of [
      ...environment!.values.services.map((service) => service.name),
      'erp-dev-cluster',
      'erp-dev-xray',
      'external-secrets-system',
      'erp-microservices',
      'erp-dev-mysql',
    ]) {
      expect(text).toContain(name);
    }
  });
});

test('both languages give the same commands', () => {
  const commands = (file: string) =>
    [...read(file).matchAll(/```bash\n(.*?)```/gs)].map(([, block]) =>
      block!
        .split('\n')
        .filter((line) => !line.startsWith('#'))
        .join('\n')
        .replace(/<[^>]+>/g, '<…>'),
    );
  expect(commands(RUNBOOKS[1]!)).toEqual(commands(RUNBOOKS[0]!));
});
