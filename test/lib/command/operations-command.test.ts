import { literals, resourcesOf } from '../../../lib/assembly/assembly';
import { Aws, explainAwsError } from '../../../lib/tools/operations/aws';
import { type Command, type CommandContext, runCommand } from '../../../lib/command/operations-command';
import { type Check, exitCode, failed, ok, report, runChecks, warning } from '../../../lib/report/findings';

async function run(args: string[], command: Partial<Command> = {}) {
  const said: string[] = [];
  const code = await runCommand(
    { name: 'verify', run: async ({ stacks }) => stacks.length, ...command },
    { args, env: {}, today: '2026-11-23', say: (text) => said.push(text) },
  );
  return { code, said: said.join('\n') };
}

describe('a command', () => {
  test.each([
    [[], 'Which environment?'],
    [['staging'], 'There is no environment staging'],
    [['dev', 'prod'], 'One environment at a time; got dev, prod'],
    [['dev', '--force'], "Unknown option '--force'"],
    [['dev', '-c', 'kubernets=1.36'], '-c kubernets=1.36: allowed are kubernetes=<value>, standIn=<value>'],
  ])('called with %p explains itself', async (args, problem) => {
    const { code, said } = await run(args, { options: { kubeconfig: { type: 'string', help: 'a way in' } } });
    expect(code).toBe(2);
    expect(said).toContain(problem);
    expect(said).toContain(
      'Usage: npm run verify -- <environment> [--kubeconfig <value>]\nEnvironments: dev, prod\n--kubeconfig: a way in',
    );
  });

  test('builds what cdk deploy would with the same -c', async () => {
    let context: CommandContext | undefined;
    await run(['dev', '-c', 'kubernetes=1.36', '--context', 'standIn=dev', '--plan'], {
      options: { plan: { type: 'boolean', help: 'only look' } },
      run: async (given) => {
        context = given;
        return 0;
      },
    });
    expect(context!.environment.config.kubernetes.version).toBe('1.36');
    expect(context!.environment.values.standIn).toBe('hashicorp/http-echo');
    expect(literals(resourcesOf(context!.stacks, 'AWS::EKS::Cluster'), 'Version')).toEqual(['1.36']);
    expect(context!.options).toEqual({ plan: true });
  });

  test('with a -c that cannot be had says so, and ends with 1', async () => {
    const { code, said } = await run(['dev', '-c', 'kubernetes=1.30']);
    expect(code).toBe(1);
    expect(said).toContain('command line: -c kubernetes is "1.30"; allowed: 1.31');
  });

  test('gets the stacks of its environment alone, and gives the exit code', async () => {
    let names: string[] = [];
    const { code } = await run(['prod'], {
      run: async ({ stacks }) => {
        names = stacks.map(({ name }) => name);
        return 1;
      },
    });
    expect(code).toBe(1);
    expect(names).toContain('ErpProdFirewall');
    expect(names.filter((name) => !name.startsWith('ErpProd'))).toEqual([]);
  });
});

describe('findings', () => {
  test('of a check that throws are no pass', async () => {
    const check: Check<undefined> = {
      title: 'Broken',
      run: async () => {
        throw new Error('unexpected');
      },
    };
    const findings = await runChecks([check], undefined, explainAwsError);
    expect(findings).toEqual([
      expect.objectContaining({ check: 'Broken', result: 'not run', found: 'Error: unexpected' }),
    ]);
    expect(exitCode(findings)).toBe(1);
  });

  test('make a table with a sum, wrapped at spaces', () => {
    const table = report([
      { check: 'Zones', ...ok('two') },
      { check: 'Images', ...failed('there is no image', 'docker push') },
      { check: 'Images', ...warning('an old image', 'word '.repeat(30).trim()) },
    ]);
    expect(table.split('\n').slice(2)).toEqual([
      'Zones                   ok       two',
      'Images                  failed   there is no image                                         docker push',
      `                        warning  an old image                                              ${'word '.repeat(15).trim()}`,
      `${' '.repeat(91)}${'word '.repeat(15).trim()}`,
      '',
      '1 ok, 1 warning, 1 failed, 0 not run',
    ]);
  });
});

describe('an error of AWS', () => {
  const named = (name: string, message = '') => Object.assign(new Error(message), { name });
  test.each([
    [named('CredentialsProviderError', 'Could not load credentials from any providers'), 'no AWS credentials found'],
    [named('ExpiredTokenException'), 'AWS does not accept the credentials (ExpiredTokenException)'],
    [named('AccessDeniedException', 'kim may not'), 'not allowed: kim may not'],
    [
      named('Error', 'getaddrinfo ENOTFOUND eks.amazonaws.com'),
      'AWS cannot be reached: getaddrinfo ENOTFOUND eks.amazonaws.com',
    ],
    [named('TimeoutError'), 'AWS cannot be reached: TimeoutError'],
    [named('InternalFailure', 'oh'), 'InternalFailure: oh'],
  ])('%s becomes one line', (error, found) => {
    expect(explainAwsError(error)).toMatchObject({ result: 'not run', found });
  });

  test('is the same in another region of the same caller', () => {
    const aws = new Aws('ap-northeast-2', 'http://127.0.0.1:1');
    expect(aws.in('ap-northeast-2')).toBe(aws);
    expect(aws.in('us-east-1')).toMatchObject({ region: 'us-east-1', endpoint: 'http://127.0.0.1:1' });
  });
});
