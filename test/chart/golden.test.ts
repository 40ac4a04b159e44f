import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { describeManifest } from '../../lib/assembly/kubernetes/manifests';
import { expectFresh } from './golden';
import { platformValues, type Profile, render } from './render';

const platform = parse(readFileSync(platformValues, 'utf8')) as object;

/** Labels that every object has; rules.test.ts looks after them, and a reviewer need not read them forty times. */
const COMMON = /^(helm\.sh\/chart|app\.kubernetes\.io\/(name|instance|version|part-of|managed-by|component))$/;

test.each<[string, Profile]>([
  ['dev', 'values-dev'],
  ['prod', 'values-prod'],
])('%s renders as reviewed', (environment, profile) => {
  const manifests = render(profile, platform).map((manifest) => {
    const labels = Object.entries(manifest.metadata.labels ?? {}).filter(([label]) => !COMMON.test(label));
    return { ...manifest, metadata: { ...manifest.metadata, labels: Object.fromEntries(labels) } };
  });
  const text = manifests
    .map((manifest) => [
      describeManifest(manifest),
      stringify(manifest, { lineWidth: 0, aliasDuplicateObjects: false }),
    ])
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
    .map(([, yaml]) => yaml)
    .join('---\n');
  expectFresh(join(__dirname, 'golden', `${environment}.yaml`), text);
});
