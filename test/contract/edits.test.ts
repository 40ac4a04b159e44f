import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parse, parseDocument } from 'yaml';

const ROOT = join(__dirname, '..', '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const GENERATED = ['.git', 'cdk.out', 'coverage', 'node_modules', 'reports'];

/** Tests that would see an edit first: what reads config, what builds stacks of it, what renders the chart. */
const AFFECTED = [
  'test/contract/',
  'test/chart/(golden|stand-in)',
  'test/lib/(config/(config|run)|platform/(cluster|registry|employee)|tools/(picture|operations/runbook))',
];

const copy = mkdtempSync(join(tmpdir(), 'erp-edited-'));
afterAll(() => rmSync(copy, { recursive: true }));

const match = (pattern: RegExp) => pattern.exec(README)!.slice(1);

function edit(file: string, change: (text: string) => string): void {
  const text = readFileSync(join(copy, file), 'utf8');
  const edited = change(text);
  expect(edited).not.toBe(text);
  writeFileSync(join(copy, file), edited);
}

test('the edits that the README invites turn no test red', () => {
  for (const name of readdirSync(ROOT).filter((each) => !GENERATED.includes(each))) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));

  // Who may use the cluster and from where, whom alarms tell, the version that a first deployment had.
  const [config = ''] = match(/\]\((lib\/config\/[\w/]*dev\.ts)\)/);
  const [access = ''] = match(/```ts\n( *publicAccessCidrs: [^]*?access: [^]*?)```/);
  edit(config, (text) => text.replace(/ *publicAccessCidrs: \[\],\n *access: \[\],\n/, access));
  edit(config, (text) => text.replace("version: '1.31',", "version: '1.36', deployedVersion: '1.36',"));
  edit(config, (text) => text.replace('monthlyBudget:', "alarmEmail: 'ops@example.com', monthlyBudget:"));
  // Another service.
  const [values = '', entry = ''] = match(
    /## Add a service\n[^`]*`services` in `(chart\/[\w-]+\.yaml)`[^]*?```yaml\n([^]*?)```/,
  );
  edit(values, (text) => {
    const document = parseDocument(text);
    for (const [key, service] of Object.entries(parse(entry) as object)) document.setIn(['services', key], service);
    return String(document);
  });

  const { status, stderr } = spawnSync(
    process.execPath,
    [
      require.resolve('jest/bin/jest'),
      '--testPathIgnorePatterns',
      basename(__filename),
      '--testPathPatterns',
      ...AFFECTED,
    ],
    { cwd: copy, encoding: 'utf8' },
  );

  expect(`${stderr}`).toMatch(/^Tests: +\d{3} passed, \d{3} total$/m);
  expect(status).toBe(0);
}, 600_000);
