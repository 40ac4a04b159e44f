import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { zipSync } from 'fflate';
import { REPOSITORY, temporaryFolder } from '../../synth';

const SCRIPTS = path.join(REPOSITORY, 'lib', 'platform', 'delivery', 'scripts');
const SERVICES = ['approval-request-service', 'notification-service'].map((name, i) => ({
  key: ['approvalRequest', 'notification'][i]!,
  name,
  repository: `erp/${name}`,
  folder: `services/${name}`,
  paths: [`services/${name}`, 'pom.xml'],
}));
const REGISTRY = '111111111111.dkr.ecr.ap-northeast-2.amazonaws.com';

/**
 * A `bash` case per tool: a call is one line, `tool argument…`, and the first pattern that matches it answers. Every call
 * is written down.
 */
function stubs(folder: string, answers: Readonly<Record<string, string>>): string {
  const bin = path.join(folder, 'bin');
  fs.mkdirSync(bin, { recursive: true });
  const tools: Record<string, string[]> = { aws: [], docker: [], mvn: [], helm: [], kubectl: [], sleep: [] };
  for (const [call, answer] of Object.entries(answers)) {
    const tool = call.split(' ')[0]!;
    (tools[tool] ??= []).push(`  ${call.replaceAll(' ', '\\ ').replaceAll('"', '\\"')}) ${answer} ;;`);
  }
  for (const [tool, cases] of Object.entries(tools)) {
    const lines = ['#!/usr/bin/env bash', `call="${tool} $*"`, 'printf "%s\\n" "$call" >>"$CALLS"', 'case $call in'];
    fs.writeFileSync(path.join(bin, tool), [...lines, ...cases, 'esac', ''].join('\n'), { mode: 0o755 });
  }
  return bin;
}

interface Run {
  readonly status: number | null;
  readonly output: string;
  readonly calls: string[];
  readonly folder: string;
}

function run(
  script: string,
  folder: string,
  answers: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
): Run {
  const calls = path.join(folder, 'calls');
  fs.writeFileSync(calls, '');
  const { status, stdout, stderr } = spawnSync('bash', [path.join(SCRIPTS, script)], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: `${stubs(folder, answers)}:${process.env.PATH}`, HOME: folder, CALLS: calls, ...environment },
  });
  return { status, output: stdout + stderr, calls: fs.readFileSync(calls, 'utf8').split('\n').filter(Boolean), folder };
}

describe('images.sh', () => {
  const sources = temporaryFolder();
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', sources, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      encoding: 'utf8',
    }).trim();
  const commit = (file: string): string => {
    fs.mkdirSync(path.dirname(path.join(sources, file)), { recursive: true });
    fs.appendFileSync(path.join(sources, file), 'x\n');
    git('add', '.');
    git('commit', '--quiet', '--message', file);
    return git('rev-parse', 'HEAD');
  };

  /** The commit that changed each service last. */
  const tags: Record<string, string> = {};
  beforeAll(() => {
    execFileSync('git', ['init', '--quiet', sources]);
    for (const { name, folder } of SERVICES) tags[name] = commit(`${folder}/Dockerfile`);
    commit('README.md');
  });
  const request = () => tags['approval-request-service']!;
  const notification = () => tags['notification-service']!;

  const NOT_FOUND = (code: string) => `echo "An error occurred (${code}) when calling" >&2; exit 254`;
  const CLEAN = `echo '{"status":"COMPLETE","counts":{"HIGH":2}}'`;

  /** Answers of an account in which both services run what the repository holds. */
  const unchanged = () => ({
    [`aws ssm get-parameter --name /erp/dev/images/approval-request-service *`]: `echo ${request()}`,
    [`aws ssm get-parameter --name /erp/dev/images/notification-service *`]: `echo ${notification()}`,
  });
  /** The same, but nothing has been released from here, and the images do not exist. */
  const nothingYet = () => ({
    'aws ssm get-parameter *': NOT_FOUND('ParameterNotFound'),
    'aws ecr describe-images *': NOT_FOUND('ImageNotFoundException'),
    'aws ecr describe-image-scan-findings *': CLEAN,
    'aws ecr get-login-password': 'echo secret',
    'docker login *': 'cat >/dev/null',
  });
  const images = (answers: Readonly<Record<string, string>>, more: Readonly<Record<string, string>> = {}) =>
    run('images.sh', temporaryFolder(), answers, {
      SERVICES: JSON.stringify(SERVICES),
      REGISTRY,
      IMAGE_PARAMETERS: '/erp/dev/images',
      CODEBUILD_SRC_DIR_Services: sources,
      SCAN_ATTEMPTS: '3',
      ...more,
    });
  const release = ({ folder }: Run) => JSON.parse(fs.readFileSync(path.join(folder, 'release.json'), 'utf8'));

  test('builds nothing while every service runs the commit that changed it last', () => {
    const result = images(unchanged());
    expect(result).toMatchObject({ status: 0, output: expect.stringContaining('to be released: {}') });
    expect(result.calls.every((call) => call.startsWith('aws ssm get-parameter'))).toBe(true);
    expect(release(result)).toEqual({});
  });

  test('tests, builds, pushes and scans what has changed, and only that', () => {
    const result = images({
      ...unchanged(),
      ...nothingYet(),
      [`aws ssm get-parameter --name /erp/dev/images/approval-request-service *`]: 'echo latest',
    });
    expect(result.status).toBe(0);
    const image = `${REGISTRY}/erp/approval-request-service:${request()}`;
    expect(result.calls.filter((call) => !/^aws (ssm|ecr describe-images)/.test(call))).toEqual([
      'mvn --batch-mode --no-transfer-progress clean package',
      `docker build --tag ${image} ${sources}/services/approval-request-service`,
      'aws ecr get-login-password',
      `docker login --username AWS --password-stdin ${REGISTRY}`,
      `docker push ${image}`,
      expect.stringContaining(
        `aws ecr describe-image-scan-findings --repository-name erp/approval-request-service --image-id imageTag=${request()}`,
      ),
    ]);
    expect(release(result)).toEqual({ approvalRequest: { name: 'approval-request-service', tag: request() } });
    expect(result.output).not.toContain('secret');
  });

  test('a commit in what services share changes all of them', () => {
    const shared = commit('pom.xml');
    const result = images({
      ...unchanged(),
      'aws ecr describe-images *': 'echo sha256:1',
      'aws ecr describe-image-scan-findings *': CLEAN,
    });
    expect(Object.values(release(result)).map((each) => (each as { tag: string }).tag)).toEqual([shared, shared]);
    git('reset', '--quiet', '--hard', 'HEAD~1');
  });

  test('an image that exists is scanned and released, but not built again', () => {
    const result = images({
      'aws ssm get-parameter *': NOT_FOUND('ParameterNotFound'),
      'aws ecr describe-images *': 'echo sha256:1',
      'aws ecr describe-image-scan-findings *': CLEAN,
    });
    expect(result.status).toBe(0);
    expect(result.calls.filter((call) => /^(mvn|docker)/.test(call))).toEqual([]);
    expect(Object.keys(release(result))).toEqual(['approvalRequest', 'notification']);
  });

  test('another pipeline that pushes the same commit first is no failure', () => {
    const result = images({
      ...nothingYet(),
      'docker push *': 'touch "$HOME/pushed"; exit 1',
      'aws ecr describe-images *': `[ -e "$HOME/pushed" ] && echo sha256:1 || { ${NOT_FOUND('ImageNotFoundException')}; }`,
    });
    expect(result).toMatchObject({ status: 0, output: expect.stringContaining('is there already') });
  });

  test('waits for a scan that has not begun or not ended', () => {
    const result = images({
      ...nothingYet(),
      'aws ecr describe-image-scan-findings *': [
        'n=$(cat "$HOME/n" 2>/dev/null || echo 0); echo $((n + 1)) >"$HOME/n"',
        `case $n in 0) ${NOT_FOUND('ScanNotFoundException')} ;; 1) echo '{"status":"IN_PROGRESS"}' ;; *) ${CLEAN} ;; esac`,
      ].join('; '),
    });
    expect(result.status).toBe(0);
    expect(result.calls.filter((call) => call === 'sleep 10')).toHaveLength(2);
  });

  test.each([
    ['a failing test of the service', { 'mvn *': 'exit 1' }, 'error: mvn failed in services/approval-request-service'],
    ['a failing docker build', { 'docker build *': 'exit 1' }, 'error: docker build failed in'],
    ['a login that is refused', { 'docker login *': 'cat >/dev/null; exit 1' }, `error: no access to ${REGISTRY}`],
    ['a push that fails', { 'docker push *': 'exit 1' }, 'error: docker push of'],
    [
      'CRITICAL findings',
      { 'aws ecr describe-image-scan-findings *': `echo '{"status":"COMPLETE","counts":{"CRITICAL":1}}'` },
      'has 1 CRITICAL findings',
    ],
    [
      'a scan that failed',
      { 'aws ecr describe-image-scan-findings *': `echo '{"status":"FAILED","counts":null}'` },
      'ended with FAILED, so nobody knows what is in the image',
    ],
    [
      'an image that cannot be scanned',
      { 'aws ecr describe-image-scan-findings *': `echo '{"status":"UNSUPPORTED_IMAGE"}'` },
      'ended with UNSUPPORTED_IMAGE',
    ],
    [
      'a scan that does not end',
      { 'aws ecr describe-image-scan-findings *': `echo '{"status":"IN_PROGRESS"}'` },
      'has not ended after 3 attempts',
    ],
    [
      'a parameter that may not be read',
      { 'aws ssm get-parameter *': NOT_FOUND('AccessDeniedException') },
      'error: aws ssm get-parameter failed',
    ],
    [
      'a registry that may not be read',
      { 'aws ecr describe-images *': NOT_FOUND('RepositoryNotFoundException') },
      'error: aws ecr describe-images failed',
    ],
  ])('%s stops the pipeline', (_, answers, message) => {
    const result = images({ ...nothingYet(), ...answers });
    expect(result.status).toBe(1);
    expect(result.output).toContain(message);
    expect(fs.existsSync(path.join(result.folder, 'release.json'))).toBe(false);
  });

  test.each([
    ['a folder that the repository does not hold', 'services/nothing', 'no commit touches services/nothing'],
    ['a service without Dockerfile', 'README.md', 'README.md has no Dockerfile'],
  ])('%s is named', (_, folder, message) => {
    const services = JSON.stringify([{ ...SERVICES[0], folder, paths: [folder] }]);
    const result = images(nothingYet(), { SERVICES: services });
    expect(result).toMatchObject({ status: 1, output: expect.stringContaining(message) });
  });

  test('a shallow clone is refused: it would take every commit for the last one', () => {
    const shallow = temporaryFolder();
    execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${sources}`, shallow]);
    const result = images(unchanged(), { CODEBUILD_SRC_DIR_Services: shallow });
    expect(result).toMatchObject({ status: 1, output: expect.stringContaining('the clone is shallow') });
  });
});

describe('release.sh', () => {
  const TAG = 'a'.repeat(40);
  const OLD = 'b'.repeat(40);

  /** Answers of a cluster in which notification-service runs OLD, and the other service its first image. */
  const running = {
    'aws s3 cp *': 'cp "$HOME/tools-source.zip" "${@: -1}"',
    'aws eks update-kubeconfig *': 'exit 0',
    'aws ssm get-parameter --name /erp/dev/images/notification-service *': `echo ${OLD}`,
    'aws ssm get-parameter *': 'echo "An error occurred (ParameterNotFound) when calling" >&2; exit 254',
    'helm status *': `echo '{"info":{"status":"deployed"}}'`,
  };
  const releasing = (
    answers: Readonly<Record<string, string>> = {},
    images: object = { approvalRequest: { name: 'approval-request-service', tag: TAG } },
  ) => {
    const folder = temporaryFolder();
    fs.writeFileSync(path.join(folder, 'release.json'), JSON.stringify(images));
    // The helm of the zip must win over any other, so it is the only one that answers.
    const all = { ...running, ...answers };
    const tools = temporaryFolder();
    const bin = stubs(tools, all);
    const [helm, kubectl] = ['helm', 'kubectl'].map((tool) => fs.readFileSync(path.join(bin, tool)));
    const program = { os: 3, attrs: 0o755 << 16 };
    fs.writeFileSync(
      path.join(folder, 'tools-source.zip'),
      zipSync({ 'helm/helm': [helm!, program], 'kubectl/kubectl': [kubectl!, program] }),
    );
    const withoutHelm = Object.fromEntries(Object.entries(all).filter(([call]) => !/^(helm|kubectl) /.test(call)));
    return run(
      'release.sh',
      folder,
      { ...withoutHelm, 'helm *': 'exit 99' },
      {
        SERVICES: JSON.stringify(SERVICES.map(({ key, name }) => ({ key, name }))),
        ENVIRONMENT: 'dev',
        NAMESPACE: 'erp-dev',
        CLUSTER: 'erp-dev-cluster',
        RELEASE: 'erp-microservices',
        IMAGE_PARAMETERS: '/erp/dev/images',
        TOOLS: 's3://assets/tools.zip',
        CODEBUILD_SRC_DIR_Images: folder,
        WAIT_ATTEMPTS: '3',
      },
    );
  };
  const revisions = (...statuses: string[]) =>
    `echo '${JSON.stringify(statuses.map((status, i) => ({ revision: i + 1, status })))}'`;
  /** Answers of a helm whose upgrade fails, with the history before and after it. */
  const failing = (before = revisions('deployed'), after = revisions('deployed', 'failed')) => ({
    'helm upgrade *': 'touch "$HOME/upgraded"; exit 1',
    'helm history *': `if [ -e "$HOME/upgraded" ]; then ${after}; else ${before}; fi`,
  });
  const WAITING = {
    items: [
      {
        metadata: { name: 'notification-1' },
        status: {
          containerStatuses: [
            { state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' } } },
          ],
        },
      },
    ],
  };
  const upgrade = ({ calls }: Run) => calls.find((call) => call.startsWith('helm upgrade'));
  const written = ({ calls }: Run) => calls.filter((call) => call.startsWith('aws ssm put-parameter'));

  test('upgrades chart and values of the repository to the new image, keeps the others, and writes down what runs', () => {
    const result = releasing();
    expect(result).toMatchObject({
      status: 0,
      output: expect.stringContaining(`approval-request-service runs ${TAG}`),
    });
    expect(upgrade(result)).toMatch(
      new RegExp(
        '^helm upgrade --install erp-microservices chart --namespace erp-dev --values chart/values-dev\\.yaml ' +
          `--set-string services\\.approvalRequest\\.image\\.tag=${TAG} ` +
          `--set-string services\\.notification\\.image\\.tag=${OLD} --wait --timeout 10m --history-max 10$`,
      ),
    );
    expect(written(result)).toEqual([
      `aws ssm put-parameter --name /erp/dev/images/approval-request-service --value ${TAG} --type String --overwrite`,
    ]);
  });

  test('a change of the chart alone is released without touching any image', () => {
    const result = releasing({}, {});
    expect(result.status).toBe(0);
    expect(upgrade(result)).toContain(`--set-string services.notification.image.tag=${OLD} --wait`);
    expect(upgrade(result)).not.toContain('approvalRequest');
    expect(written(result)).toEqual([]);
  });

  test('waits for a deployment that works on the same release', () => {
    const result = releasing({
      'helm status *': `if [ -e "$HOME/n" ]; then echo '{"info":{"status":"deployed"}}'; else touch "$HOME/n"; echo '{"info":{"status":"pending-upgrade"}}'; fi`,
    });
    expect(result.status).toBe(0);
    expect(result.calls).toContain('sleep 15');
  });

  test('a first release needs no release before it', () => {
    expect(releasing({ 'helm status *': 'echo "Error: release: not found" >&2; exit 1' }).status).toBe(0);
  });

  test.each([
    ['no tools', { 'aws s3 cp *': 'exit 1' }, 'error: no access to s3://assets/tools.zip'],
    ['broken tools', { 'aws s3 cp *': 'echo x >"${@: -1}"' }, 'is no zip with helm'],
    ['no cluster', { 'aws eks update-kubeconfig *': 'exit 1' }, 'error: no access to cluster erp-dev-cluster'],
    [
      'a release that stays pending',
      {
        'helm status *': `echo '{"info":{"status":"pending-upgrade"}}'`,
        'helm history *': revisions('deployed', 'pending-upgrade'),
      },
      'helm rollback erp-microservices 1 --namespace erp-dev --wait',
    ],
    [
      'a first installation that was cut off',
      {
        'helm status *': `echo '{"info":{"status":"pending-install"}}'`,
        'helm history *': revisions('pending-install'),
      },
      'helm uninstall erp-microservices --namespace erp-dev',
    ],
    [
      'a tag that may not be read',
      { 'aws ssm get-parameter --name /erp/dev/images/notification-service *': 'echo AccessDenied >&2; exit 254' },
      'error: aws ssm get-parameter failed',
    ],
    [
      'pods that do not become ready',
      failing(),
      'error: the release failed and was rolled back to revision 1; the environment runs what it ran before',
    ],
    [
      'pods whose reason is known',
      { ...failing(), 'kubectl get pods *': `echo '${JSON.stringify(WAITING)}'` },
      'notification-1: ImagePullBackOff: Back-off pulling image "x"',
    ],
    [
      'a way back that fails as well',
      { ...failing(), 'helm rollback *': 'exit 1' },
      'error: the release failed, and so did the way back to revision 1',
    ],
    [
      'values that the chart refuses',
      { 'helm upgrade *': 'exit 1', 'helm history *': revisions('deployed') },
      'error: the release was refused; nothing was changed',
    ],
    [
      'a first release that fails',
      failing(revisions(), revisions('failed')),
      'error: the release failed, and there is none before it to go back to',
    ],
  ])('%s: nothing is written down', (_, answers, message) => {
    const result = releasing(answers);
    expect(result).toMatchObject({ status: 1, output: expect.stringContaining(message) });
    expect(written(result)).toEqual([]);
  });

  test('says which tag must be written down when that fails', () => {
    const result = releasing({ 'aws ssm put-parameter *': 'exit 1' });
    expect(result.status).toBe(1);
    expect(result.output).toContain(
      `approval-request-service runs ${TAG}, but /erp/dev/images/approval-request-service`,
    );
  });

  test('leaves no credentials behind', () => {
    const result = releasing();
    const kubeconfig = /--kubeconfig (\S+)/.exec(result.calls.find((call) => call.includes('update-kubeconfig'))!)![1]!;
    expect(fs.existsSync(path.dirname(kubeconfig))).toBe(false);
  });
});

test.each(['images.sh', 'release.sh'])('%s refuses to run without its environment', (script) => {
  const result = run(script, temporaryFolder(), {}, {});
  expect(result.status).not.toBe(0);
  expect(result.output).toContain('SERVICES');
  expect(result.calls).toEqual([]);
});
