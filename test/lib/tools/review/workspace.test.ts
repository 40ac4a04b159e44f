import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { readAssembly } from '../../../../lib/assembly/assembly';
import { review } from '../../../../lib/tools/review/report';
import { Workspace } from '../../../../lib/tools/review/workspace';
import { TODAY } from './bench';

const MODULES = path.join(__dirname, '..', '..', '..', '..', 'node_modules');
const APP = `
const cdk = require('aws-cdk-lib');
const app = new cdk.App();
const stack = new cdk.Stack(app, 'ErpDev', { tags: { environment: 'dev' }, env: { region: 'ap-northeast-2' } });
new cdk.CfnResource(stack, 'Users', { type: 'AWS::Cognito::UserPool', properties: { UserPoolName: 'erp' } });
`;

/** A repository with an app of one stack. */
class Repository {
  readonly root = fs.mkdtempSync(path.join(os.tmpdir(), 'erp-repository-'));
  readonly workspace: Workspace;

  constructor(context?: Readonly<Record<string, string>>) {
    this.workspace = new Workspace({
      repository: this.root,
      cache: path.join(this.root, '..', `${path.basename(this.root)}-cache`),
      temporary: fs.mkdtempSync(path.join(os.tmpdir(), 'erp-workspace-')),
      env: process.env,
      today: TODAY,
      validation: false,
      context,
    });
    this.git('init', '--initial-branch', 'main', '--quiet');
    this.git('config', 'user.name', 'Test');
    this.git('config', 'user.email', 'test@example.com');
    this.write('.gitignore', 'node_modules\n');
    this.write(
      'package-lock.json',
      JSON.stringify({ name: 'app', lockfileVersion: 3, packages: { '': { name: 'app' } } }),
    );
    this.write('package.json', JSON.stringify({ name: 'app' }));
    fs.symlinkSync(MODULES, path.join(this.root, 'node_modules'));
  }

  git(...args: string[]): string {
    return execFileSync('git', args, { cwd: this.root, encoding: 'utf8', stdio: 'pipe' }).trim();
  }

  write(file: string, text: string): void {
    fs.writeFileSync(path.join(this.root, file), text);
  }

  commit(): string {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', 'A commit');
    return this.git('rev-parse', 'HEAD');
  }
}

function withApp(context?: Readonly<Record<string, string>>): Repository {
  const repository = new Repository(context);
  repository.write('cdk.json', JSON.stringify({ app: 'node app.js' }));
  repository.write('app.js', APP);
  repository.commit();
  return repository;
}

test('compares uncommitted work with where it left main, and leaves nothing behind', async () => {
  const repository = withApp();
  const base = repository.git('rev-parse', 'HEAD');
  repository.git('checkout', '--quiet', '-b', 'work');
  repository.write(
    'app.js',
    APP.replace("UserPoolName: 'erp'", "UserPoolName: 'other'").replace("'Users'", "'People'"),
  );
  const { workspace } = repository;

  expect(workspace.isDirty()).toBe(true);
  expect(workspace.baseCommit(undefined)).toBe(base);
  const [head, kept] = await Promise.all([workspace.synthesizeHead(), workspace.synthesizeCommit(base)]);
  const report = review({
    base: readAssembly(kept),
    head: readAssembly(head),
    baseName: 'main',
    headName: 'work',
    environments: ['dev'],
    accept: [],
    cost: () => ({ headline: '', blocks: [] }),
  });

  expect(report.dangers).toEqual([
    {
      what: 'ErpDev/Users is removed; lost is all users with their passwords and second factors',
      id: 'ErpDev/Users',
      accepted: false,
    },
  ]);
  expect(repository.git('worktree', 'list').split('\n')).toHaveLength(1);
  // The second time nothing is synthesized: the app of that commit could not run any more.
  fs.unlinkSync(path.join(repository.root, 'node_modules'));
  await expect(workspace.synthesizeCommit(base)).resolves.toBe(kept);
});

test('what the command line sets changes the working tree alone', async () => {
  const repository = withApp({ pool: 'given' });
  repository.write('app.js', APP.replace("'erp'", "app.node.tryGetContext('pool') ?? 'shipped'"));
  const base = repository.commit();
  const { workspace } = repository;

  const folders = await Promise.all([workspace.synthesizeHead(), workspace.synthesizeCommit(base)]);
  const pools = folders.map((folder) => fs.readFileSync(path.join(folder, 'ErpDev.template.json'), 'utf8'));

  expect(pools[0]).toContain('"UserPoolName": "given"');
  expect(pools[1]).toContain('"UserPoolName": "shipped"');
});

test('a base with another lock file has its own dependencies', async () => {
  const repository = withApp();
  repository.write('app.js', "require('aws-cdk-lib');");
  const base = repository.commit();
  const lock = { name: 'app', lockfileVersion: 3, packages: { '': { name: 'app', version: '2.0.0' } } };
  repository.write('package-lock.json', JSON.stringify(lock));

  // Its lock file names no package at all, so the app finds none.
  await expect(repository.workspace.synthesizeCommit(base)).rejects.toThrow(
    /Cannot find module 'aws-cdk-lib'|MODULE_NOT_FOUND/,
  );
});

test('a base without an app is an error that says so', async () => {
  const repository = new Repository();
  const base = repository.commit();

  await expect(repository.workspace.synthesizeCommit(base)).rejects.toThrow(
    `${base.slice(0, 8)} has no cdk.json, so there is no app to compare with`,
  );
});

test('an app that fails is an error with its last words', async () => {
  const repository = withApp();
  repository.write('app.js', "throw new Error('no such zone');");

  await expect(repository.workspace.synthesizeHead()).rejects.toThrow(
    /synth of the working tree failed:[^]*no such zone/,
  );
});

test('a failed synth of the base leaves no worktree after cleaning up', async () => {
  const repository = withApp();
  repository.write('app.js', 'process.exit(3)');
  const base = repository.commit();

  await expect(repository.workspace.synthesizeCommit(base)).rejects.toThrow(`synth of ${base.slice(0, 8)} failed`);
  repository.workspace.cleanUp();

  expect(repository.git('worktree', 'list').split('\n')).toHaveLength(1);
});

test('a base that does not exist is an error, and so is no main at all', () => {
  const repository = withApp();

  expect(() => repository.workspace.baseCommit('no-such-branch')).toThrow(
    '--base no-such-branch: no such commit, branch or tag',
  );
  expect(() => repository.workspace.baseCommit('--output=x')).toThrow('no such commit');
  repository.git('branch', '--move', 'main', 'trunk');
  expect(() => repository.workspace.baseCommit(undefined)).toThrow('neither origin/main nor main exists');
});
