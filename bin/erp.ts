import { DISABLE_CREATION_STACK_TRACES } from 'aws-cdk-lib/cx-api';
import type * as compliance from '../lib/tools/compliance';
import { CONFIGS, loadEnvironments } from '../lib/config';
import { PROTECTION, configsForRun } from '../lib/config/run';
import { buildApp } from '../lib/assembly/app';

// `cdk --no-validation` asks for the fast way: no packs, not even loaded, and no source line kept per resource.
const fast = process.env.CDK_VALIDATION === 'false';
const today = new Date().toISOString().slice(0, 10);
const { app, environments } = buildApp({
  environments: (contextOf) => loadEnvironments(configsForRun(Object.values(CONFIGS), contextOf)),
  today,
  app: { treeMetadata: !fast, postCliContext: { [DISABLE_CREATION_STACK_TRACES]: fast } },
});
if (!fast) {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only where it is used
  const { addCompliance } = require('../lib/tools/compliance') as typeof compliance;
  addCompliance(app, { environments, today, unprotected: app.node.tryGetContext(PROTECTION) === 'off' });
}
