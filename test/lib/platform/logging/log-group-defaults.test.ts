import { Template } from 'aws-cdk-lib/assertions';
import { buildPlatform } from '../../tools/compliance/support';

const { environments } = buildPlatform();

interface Resource {
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

describe.each(environments)('$environment.config.name', ({ environment, ...stacks }) => {
  const { logRetentionDays, removal } = environment.config;
  const templates = Object.values(stacks).flatMap((stack) => (stack ? [Template.fromStack(stack)] : []));
  const resources = (type: string) =>
    templates.flatMap((template) => Object.entries(template.findResources(type)) as [string, Resource][]);

  test('every log group has the key, the retention and the removal policy of the environment', () => {
    const groups = resources('AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(10);
    for (const [id, { Properties, DeletionPolicy }] of groups) {
      expect([id, Properties.RetentionInDays, DeletionPolicy, typeof Properties.KmsKeyId]).toEqual([
        id,
        logRetentionDays,
        removal === 'destroy' ? 'Delete' : 'RetainExceptOnCreate',
        'object',
      ]);
    }
  });

  test('no function leaves its log group to Lambda', () => {
    const named = JSON.stringify(resources('AWS::Logs::LogGroup').map(([, { Properties }]) => Properties.LogGroupName));
    for (const [id, { Properties }] of resources('AWS::Lambda::Function')) {
      const own = (Properties.LoggingConfig as { LogGroup?: object } | undefined)?.LogGroup;
      expect([id, own !== undefined || named.includes(`"Ref":"${id}"`)]).toEqual([id, true]);
    }
  });
});
