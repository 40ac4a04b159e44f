import {
  type DescribeSecretResponse,
  DescribeSecretCommand,
  GetSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { type FoundResource, resourcesOf } from '../../../assembly/assembly';
import { type Aws, unlessMissing } from '../aws';
import { physicalIds } from '../deployed';
import { type Outcome, failed, ok, warning } from '../../../report/findings';
import type { PreflightCheck } from './context';

/** Host that a secret carries until somebody fills it in; no name under it ever resolves. */
const PLACEHOLDER_HOST = /:\/\/[^/]*\.invalid([:/?]|$)/;

/** The names of the secrets are free or ours, and what people have to fill in is filled in. */
export const secrets: PreflightCheck = {
  title: 'Secrets',
  run: async ({ environment: { values }, stacks, deployed, aws }) => {
    const ours = new Set(physicalIds(deployed, 'AWS::SecretsManager::Secret'));
    const named = resourcesOf(stacks, 'AWS::SecretsManager::Secret').filter(
      ({ properties }) => typeof properties.Name === 'string',
    );
    return Promise.all(
      named.map(async (resource): Promise<Outcome> => {
        const name = String(resource.properties.Name);
        const manual = needsFillingIn(resource);
        const command = (verb: string) =>
          `aws secretsmanager ${verb} --secret-id ${name} --region ${resource.stack.region}`;
        const fill = `${command('put-secret-value')} --secret-string '{"uri":"mongodb+srv://…"}'`;

        const secret = await describe(aws.in(resource.stack.region), name);
        if (!secret) {
          return manual
            ? warning(
                `${name} does not exist yet, and comes with a placeholder`,
                `npx cdk deploy ${resource.stack.name}, then ${fill}`,
              )
            : ok(`${name} will be made`);
        }
        if (secret.DeletedDate) {
          return failed(
            `${name} was deleted on ${secret.DeletedDate.toISOString().slice(0, 10)} and keeps its name until the recovery window ends`,
            `to start afresh: ${command('delete-secret')} --force-delete-without-recovery\nto keep it: ${command('restore-secret')}, then npx cdk import ${resource.stack.name}`,
          );
        }
        if (!ours.has(secret.ARN ?? '')) {
          return failed(
            `${name} exists and belongs to no stack of this environment`,
            `take it over: npx cdk import ${resource.stack.name}\nor remove it: ${command('delete-secret')} --force-delete-without-recovery`,
          );
        }
        if (!manual) return ok(`${name} exists`);
        if (!(await isPlaceholder(aws.in(resource.stack.region), name))) return ok(`${name} is filled in`);
        const empty = `${name} still holds its placeholder`;
        return values.standIn ? warning(`${empty}, which stand-ins do not read`, fill) : failed(empty, fill);
      }),
    );
  },
};

function needsFillingIn({ properties }: FoundResource): boolean {
  const { SecretStringTemplate } = (properties.GenerateSecretString ?? {}) as { SecretStringTemplate?: unknown };
  return typeof SecretStringTemplate === 'string' && PLACEHOLDER_HOST.test(SecretStringTemplate.replaceAll('"', '/'));
}

function describe({ secrets: client }: Aws, SecretId: string): Promise<DescribeSecretResponse | undefined> {
  return unlessMissing(client.send(new DescribeSecretCommand({ SecretId })), 'ResourceNotFoundException');
}

async function isPlaceholder({ secrets: client }: Aws, SecretId: string): Promise<boolean> {
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
  return PLACEHOLDER_HOST.test(SecretString.replaceAll('"', '/'));
}
