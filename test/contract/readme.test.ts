import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseReapply } from '../../lib/config/reapply';
import { configsForRun, parseContext } from '../../lib/config/run';
import { isArm } from '../../lib/config/validate';
import { scripts } from '../../package.json';
import { assemblePlatform } from '../lib/tools/operations/assembled';
import { CONFIGS, loadEnvironments } from '../lib/synth';

const ROOT = join(__dirname, '..', '..');
const { stacks } = assemblePlatform();
const names = stacks.map(({ name }) => name);
const [dev] = loadEnvironments([CONFIGS.dev]);

/** Command lines of the code blocks: whole ones where nothing is shown but commands, else those behind a prompt. */
function commands(readme: string): string[] {
  const blocks = [...readFileSync(join(ROOT, readme), 'utf8').matchAll(/^ *```(bash|console)\n([^]*?)^ *```/gm)];
  return blocks.flatMap(([, kind, block = '']) =>
    block
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => (kind === 'console' ? line.startsWith('$ ') : line !== ''))
      .map((line) => line.replace(/^\$ /, '').replace(/\s+#.*$/, '')),
  );
}

test('both languages give the same commands', () => {
  expect(commands('README.ko.md')).toEqual(commands('README.md'));
});

describe.each(['README.md', 'README.ko.md'])('%s', (readme) => {
  const lines = commands(readme);
  const text = readFileSync(join(ROOT, readme), 'utf8');

  test('runs scripts that there are', () => {
    const named = [...text.matchAll(/npm run ([a-z:]+)/g)].map(([, name]) => name!);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
  });

  test('deploys stacks that there are, or that a config brings', () => {
    const deployed = lines
      .filter((line) => /^npx cdk deploy /.test(line))
      .flatMap((line) => line.match(/\bErp\w+/g) ?? []);
    expect(deployed.length).toBeGreaterThan(0);
    expect(names).toEqual(expect.arrayContaining(deployed));
  });

  test('never asks a question while several stacks are deployed, which the CLI refuses', () => {
    const several = lines.filter((line) => /--concurrency (?!1\b)\d/.test(line));
    expect(several.length).toBeGreaterThan(0);
    for (const line of several) expect(line).toContain('--require-approval never');
  });

  test('gives -c what the app takes', () => {
    const pairs = [...text.matchAll(/ -c ([\w]+=[\w.]+)/g)].map(([, pair]) => pair!);
    expect(new Set(pairs)).toEqual(new Set(['kubernetes=1.36', 'protection=off', 'reapply=dev', 'standIn=dev']));
    for (const pair of pairs.filter((one) => one !== 'reapply=dev')) {
      const context = parseContext([pair]);
      expect(() => configsForRun(Object.values(CONFIGS), (key) => context[key])).not.toThrow();
    }
    const word = / -c reapply=(dev:)\$\(date \+%s\)/.exec(text)?.[1];
    expect(parseReapply(`${word}1795800000`)).toEqual({ environment: 'dev', word: '1795800000' });
  });

  test('shows every stack that the first deployment makes, after those it needs', () => {
    const [first = ''] = /^ *\$ npx cdk deploy ErpDev -c standIn=dev[^]*?Outputs:/m.exec(text) ?? [];
    const shown = [...first.matchAll(/✅ {2}(\w+)/g)].map(([, name]) => name!);
    expect([...shown].sort()).toEqual(names.filter((name) => /^ErpDev|^ErpRegistry$/.test(name)).sort());
    for (const { name, dependencies } of stacks.filter((stack) => shown.includes(stack.name))) {
      for (const upstream of dependencies) expect(shown.indexOf(upstream)).toBeLessThan(shown.indexOf(name));
    }
  });

  test('builds each image for the nodes that run it, under the name that the release asks for', () => {
    const builds = lines.filter((line) => line.startsWith('docker buildx build'));
    const built = builds.map((line) => /amazonaws\.com\/([\w/-]+):(\w+)/.exec(line)?.slice(1));
    expect(built.sort()).toEqual(dev!.values.services.map(({ repository, tag }) => [repository, tag]).sort());
    const platform = dev!.config.kubernetes.serviceNodes.instanceTypes.some(isArm) ? 'linux/arm64' : 'linux/amd64';
    for (const line of builds) expect(line).toContain(`--platform ${platform} `);
  });
});
