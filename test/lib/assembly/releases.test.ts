import { execFileSync } from 'node:child_process';
import { STAND_INS } from '../../../lib/assembly/answers';
import { readAssembly } from '../../../lib/assembly/assembly';
import { helm } from '../../../lib/assembly/kubernetes/tools';
import { objectsOf, readReleases } from '../../../lib/assembly/releases';
import { delivery } from '../platform/delivery/fixture';
import { config, synth } from '../synth';
import { validateManifests } from './kubernetes/validate';

const { directory } = synth({ configs: [config('dev', { delivery }), config('prod')] }).assembly();
const releases = readReleases(readAssembly(directory), STAND_INS);

test('the schema of the chart takes stand-ins for what only a deployment knows, image tags of a pipeline included', () => {
  const bundled = releases.filter(({ chart }) => chart.kind === 'bundled');
  expect(bundled.map(({ environment }) => environment)).toEqual(['dev', 'prod']);
  for (const { name, chart, values } of bundled) {
    const folder = chart.kind === 'bundled' ? chart.folder : '';
    const args = ['template', name, folder, '--kube-version', '1.31', '--values', '-'];
    expect(() => execFileSync(helm(), args, { input: JSON.stringify(values), stdio: 'pipe' })).not.toThrow();
  }
});

test('what is installed with stand-ins is what an API server takes', () => {
  const objects = releases.filter(({ environment }) => environment === 'dev').flatMap(objectsOf);
  const known = objects.filter(({ kind }) => !/^(Cluster)?Role(Binding)?$/.test(kind));
  expect(known.length).toBeGreaterThan(40);
  expect(validateManifests(known)).toEqual([]);
});
