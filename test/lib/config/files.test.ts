import * as fs from 'fs';
import * as path from 'path';
import { readEnvironments } from '../../../lib/config';
import { environmentNames } from '../../../lib/config/files';
import { REPOSITORY, chartWith, temporaryFolder } from '../synth';

const DEV = path.join(REPOSITORY, 'lib', 'config', 'environments', 'dev.ts');

/** A folder with copies of dev's config and a chart with copies of its values, each under other names. */
function environmentsOf(configs: readonly string[], values = configs) {
  const folder = temporaryFolder();
  const settings = fs.readFileSync(DEV, 'utf8');
  configs.forEach((name, i) =>
    fs.writeFileSync(path.join(folder, `${name}.ts`), settings.replace('10.0.0.0/16', `10.${i}.0.0/16`)),
  );
  const chart = chartWith('dev', {});
  const dev = fs
    .readFileSync(path.join(chart, 'values-dev.yaml'), 'utf8')
    .replace(/^(environment|namespace): .*\n/gm, '');
  for (const name of ['dev', 'prod']) fs.rmSync(path.join(chart, `values-${name}.yaml`));
  for (const name of values) fs.writeFileSync(path.join(chart, `values-${name}.yaml`), dev);
  return { folder, chart };
}

function messageOf(files: ReturnType<typeof environmentsOf>): string {
  try {
    readEnvironments(files);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

test('a config file and a values file are an environment', () => {
  const files = environmentsOf(['staging', 'dev']);
  expect(environmentNames(files.folder)).toEqual(['dev', 'staging']);
  expect(readEnvironments(files).map(({ config, values }) => [config.name, values.merged.namespace])).toEqual([
    ['dev', 'erp-dev'],
    ['staging', 'erp-staging'],
  ]);
  expect(readEnvironments({ ...files, only: 'staging' }).map(({ config: { name } }) => name)).toEqual(['staging']);
});

test('one without the other names both', () => {
  const message = messageOf(environmentsOf(['dev', 'staging'], ['dev', 'test']));
  expect(message.split('\n')).toEqual([
    '2 problems in the configuration:',
    '  lib/config/environments/staging.ts: chart/values-staging.yaml is missing; allowed: an environment is both files, so add chart/values-staging.yaml or remove lib/config/environments/staging.ts',
    '  chart/values-test.yaml: lib/config/environments/test.ts is missing; allowed: an environment is both files, so add lib/config/environments/test.ts or remove chart/values-test.yaml',
  ]);
});

test.each(['Staging', 'stag-ing', '2', 'registry', 'all', 'a'.repeat(20)])('%s is no name', (name) => {
  expect(messageOf(environmentsOf([name]))).toContain(
    `${name}.ts: the name of the file is "${name}"; allowed: lower-case letters and digits, a letter first, at most 19 of them since a load balancer is erp-<name>-employee and AWS takes 32`,
  );
});

test('the longest name is one', () => {
  expect(messageOf(environmentsOf(['a'.repeat(19)]))).toBe('');
});

test.each([
  ['const = 1;', /broken\.ts: the file is ".*"; allowed: TypeScript that exports settings as its default/],
  ['throw new Error("no\\nway");', /broken\.ts: the file is "no"; allowed/],
  ['export const broken = {};', /broken\.ts: the default export is missing; allowed: the settings/],
])('a file that says %s hides no problem of another one', (content, problem) => {
  const files = environmentsOf(['dev', 'broken']);
  fs.writeFileSync(path.join(files.folder, 'broken.ts'), content);
  fs.appendFileSync(path.join(files.chart, 'values-dev.yaml'), '\nnoSuchKey: 1\n');
  const message = messageOf(files);
  expect(message).toMatch(problem);
  expect(message).toContain('chart/values-dev.yaml: noSuchKey is 1; allowed: no such key');
});
