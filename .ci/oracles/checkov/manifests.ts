import * as fs from 'node:fs';
import { join } from 'node:path';
import { readEnvironments } from '../../../lib/config';
import { STAND_INS } from '../../../lib/assembly/answers';
import { readAssembly } from '../../../lib/assembly/assembly';
import { objectsOf, readReleases } from '../../../lib/assembly/releases';

/** Writes what an assembly installs in its clusters, one YAML stream per environment: manifests.ts ASSEMBLY FOLDER. */
const [assembly = '', folder = ''] = process.argv.slice(2);
const releases = readReleases(readAssembly(assembly), STAND_INS);
for (const {
  config: { name },
} of readEnvironments()) {
  const documents = releases
    .filter(({ environment }) => environment === name)
    .flatMap(objectsOf)
    .map((manifest) => JSON.stringify(manifest));
  fs.writeFileSync(join(folder, `${name}.yaml`), documents.join('\n---\n'));
}
