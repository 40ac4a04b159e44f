import * as cdk from 'aws-cdk-lib';
import { addCompliance } from '../lib/compliance';
import { CONFIGS, loadEnvironments } from '../lib/config';
import { addPlatform } from '../lib/platform';

const app = new cdk.App();
const today = new Date().toISOString().slice(0, 10);
const environments = addPlatform(app, { environments: loadEnvironments(Object.values(CONFIGS)), today });
// `cdk --no-validation` asks for the fast way.
if (process.env.CDK_VALIDATION !== 'false') addCompliance(app, { environments, today });
