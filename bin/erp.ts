import * as cdk from 'aws-cdk-lib';
import { DISABLE_CREATION_STACK_TRACES } from 'aws-cdk-lib/cx-api';
import type * as compliance from '../lib/compliance';
import { CONFIGS, loadEnvironments } from '../lib/config';
import { PROTECTION, withProtection } from '../lib/config/protection';
import { addPlatform } from '../lib/platform';

// `cdk --no-validation` asks for the fast way: no packs, not even loaded, and no source line kept per resource.
const fast = process.env.CDK_VALIDATION === 'false';
const app = new cdk.App({ treeMetadata: !fast, postCliContext: { [DISABLE_CREATION_STACK_TRACES]: fast } });
const today = new Date().toISOString().slice(0, 10);
const protection: unknown = app.node.tryGetContext(PROTECTION);
const configs = withProtection(Object.values(CONFIGS), protection);
const environments = addPlatform(app, { environments: loadEnvironments(configs), today });
if (!fast) {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only where it is used
  const { addCompliance } = require('../lib/compliance') as typeof compliance;
  addCompliance(app, { environments, today, unprotected: protection === 'off' });
}
