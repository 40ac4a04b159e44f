import { DISABLE_CREATION_STACK_TRACES } from 'aws-cdk-lib/cx-api';
import type * as compliance from '../lib/tools/compliance';
import { readEnvironments } from '../lib/config';
import { PROTECTION } from '../lib/config/run';
import { explainError } from '../lib/command/explain';
import { buildApp } from '../lib/assembly/app';

function synthesize(): void {
  // `cdk --no-validation` asks for the fast way: no packs, not even loaded, and no source line kept per resource.
  const fast = process.env.CDK_VALIDATION === 'false';
  const today = new Date().toISOString().slice(0, 10);
  const { app, environments } = buildApp({
    environments: (context) => readEnvironments({ context }),
    today,
    app: { treeMetadata: !fast, postCliContext: { [DISABLE_CREATION_STACK_TRACES]: fast } },
  });
  if (!fast) {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only where it is used
    const { addCompliance } = require('../lib/tools/compliance') as typeof compliance;
    addCompliance(app, { environments, today, unprotected: app.node.tryGetContext(PROTECTION) === 'off' });
  }
}

try {
  synthesize();
} catch (error) {
  // What `cdk --debug` sets.
  process.stderr.write(`${explainError(error, process.env.CDK_DEBUG === 'true')}\n`);
  // At once: the app would synthesize what there is of it.
  process.exit(1);
}
