import * as cdk from 'aws-cdk-lib';
import type * as compliance from '../lib/compliance';
import { CONFIGS, loadEnvironments } from '../lib/config';
import { addPlatform } from '../lib/platform';

const app = new cdk.App();
const today = new Date().toISOString().slice(0, 10);
const environments = addPlatform(app, { environments: loadEnvironments(Object.values(CONFIGS)), today });
// `cdk --no-validation` asks for the fast way, which does not even load the packs.
if (process.env.CDK_VALIDATION !== 'false') {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only where it is used
  const { addCompliance } = require('../lib/compliance') as typeof compliance;
  addCompliance(app, { environments, today });
}
