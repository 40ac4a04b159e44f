import * as fs from 'node:fs';
import { join } from 'node:path';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { readEnvironments } from '../../../lib/config';
import { stackPrefix } from '../../../lib/config/environment';
import { installedManifests } from '../../../lib/assembly/installed-manifests';

/** Writes what an assembly installs in its clusters, one YAML stream per environment: manifests.ts ASSEMBLY FOLDER. */
const [assembly = '', folder = ''] = process.argv.slice(2);
for (const {
  config: { name, kubernetes },
} of readEnvironments()) {
  const stack = new CloudAssembly(assembly).getStackByName(stackPrefix(name));
  const documents = installedManifests(stack, kubernetes.version).map((manifest) => JSON.stringify(manifest));
  fs.writeFileSync(join(folder, `${name}.yaml`), documents.join('\n---\n'));
}
