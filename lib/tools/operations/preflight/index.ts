import * as fs from 'fs';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Environment } from '../../../config';
import { configFile } from '../../../config/environment';
import type { AssemblyStack } from '../../../assembly/assembly';
import { type Aws, explainAwsError } from '../aws';
import { deployedStacks } from '../deployed';
import { type Finding, failed, ok, runChecks, skipped } from '../../../report/findings';
import { bootstrap } from './bootstrap';
import { cacheNodes, databaseClass, nodeTypes } from './capacity';
import { connections } from './connections';
import type { PreflightCheck, PreflightContext } from './context';
import { images } from './images';
import { addons, kubectlLayer, kubernetesVersion } from './kubernetes';
import { logGroups } from './log-groups';
import { quotas } from './quotas';
import { secrets } from './secrets';
import { protection } from './protection';
import { stackStates } from './stack-states';
import { zones } from './zones';

/** Checks that need nothing but this machine. */
const LOCAL: readonly PreflightCheck[] = [kubectlLayer];

/** Checks that ask AWS. */
const REMOTE: readonly PreflightCheck[] = [
  bootstrap,
  stackStates,
  protection,
  zones,
  kubernetesVersion,
  addons,
  nodeTypes,
  databaseClass,
  cacheNodes,
  quotas,
  images,
  secrets,
  logGroups,
  connections,
];

export interface PreflightProps extends Omit<PreflightContext, 'account' | 'deployed'> {
  /** The environment that is to be deployed. */
  readonly environment: Environment;

  /** Its stacks, as they would be deployed. */
  readonly stacks: readonly AssemblyStack[];

  /** Clients of its account and region. */
  readonly aws: Aws;
}

/** Looks for everything that would make a deployment fail late. */
export async function preflight(props: PreflightProps): Promise<Finding[]> {
  const { environment, stacks, aws } = props;
  const title = 'Credentials';
  const local = await runChecks(LOCAL, { ...props, account: '', deployed: [] }, explainAwsError);
  const stop = (finding: Finding): Finding[] => [
    finding,
    ...local,
    ...skipped(REMOTE, 'not looked at', 'settle the credentials first'),
  ];
  try {
    const { Account = '', Arn } = await aws.sts.send(new GetCallerIdentityCommand({}));
    const { account = Account, name } = environment.config;
    if (account !== Account) {
      return stop({
        check: title,
        ...failed(
          `signed in to ${Account} as ${Arn}; the config says ${account}`,
          `use a profile of ${account} (AWS_PROFILE), or change account in ${configFile(name)}`,
        ),
      });
    }
    const context = { ...props, account, deployed: await deployedStacks(aws, stacks) };
    return [
      { check: title, ...ok(`account ${Account} as ${Arn}`) },
      ...local,
      ...(await runChecks(REMOTE, context, explainAwsError)),
    ];
  } catch (error) {
    const outcome = explainAwsError(error);
    return stop({ check: title, ...(outcome.result === 'ok' ? outcome : failed(outcome.found, outcome.fix)) });
  }
}

/** Whether this repository has a package in exactly one version. */
export function isInstalled(name: string, version: string): boolean {
  try {
    const manifest = fs.readFileSync(require.resolve(`${name}/package.json`), 'utf8');
    return (JSON.parse(manifest) as { version: string }).version === version;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return false;
    throw error;
  }
}
