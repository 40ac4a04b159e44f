import { literals, resourcesOf } from '../../../lib/assembly/assembly';
import { helpOf, runCommand } from '../../../lib/command/command';
import {
  type EnvironmentCommand,
  type EnvironmentContext,
  environmentCommand,
} from '../../../lib/command/environment-command';
import { terminal } from './terminal';

const commandOf = (own: Partial<EnvironmentCommand>) =>
  environmentCommand({
    name: 'verify',
    summary: 'Looks.',
    examples: { dev: 'after a deployment' },
    reports: true,
    run: () => 0,
    ...own,
  });

async function run(args: string[], own: Partial<EnvironmentCommand> = {}) {
  const { said, ...rest } = terminal(args);
  const code = await runCommand(commandOf(own), rest);
  return { code, ...said };
}

describe('a command', () => {
  test.each([
    [[], 'Which environment? allowed are dev, prod'],
    [['staging'], 'There is no environment staging; allowed are dev, prod'],
    [['dev', 'prod'], 'One environment at a time; got dev, prod'],
    [['dev', '--force'], "Unknown option '--force'"],
    [['dev', '-c', 'kubernets=1.36'], '-c kubernets=1.36: allowed are kubernetes=<value>, standIn=<value>'],
  ])('called with %p explains itself', async (args, problem) => {
    const options = { kubeconfig: { value: 'file', help: 'a way in' } };
    const { code, out, err } = await run(args, { options });
    expect(code).toBe(2);
    expect(err).toContain(problem);
    expect(err).toContain(helpOf(commandOf({ options })));
    expect(out).toBe('');
  });

  test('says in its help what it takes', async () => {
    const { code, out } = await run(['--help'], { options: { kubeconfig: { value: 'file', help: 'a way in' } } });
    expect(code).toBe(0);
    expect(out).toContain('Usage: npm run verify -- <environment> [options]');
    expect(out).toMatch(/environment +dev, prod/);
    expect(out).toMatch(/--kubeconfig <file> +a way in\n/);
    expect(out).toContain('npm run verify -- dev  after a deployment');
    expect(out).toMatch(/^exit code: 0 .*; 1 .*; 2 wrong usage/m);
  });

  test('builds what cdk deploy would with the same -c', async () => {
    let context: EnvironmentContext | undefined;
    const { err } = await run(['dev', '-c', 'kubernetes=1.36', '--context', 'standIn=dev', '--plan'], {
      options: { plan: { help: 'only look' } },
      run: (given) => {
        context = given;
        return 0;
      },
    });
    expect(context!.environment.config.kubernetes.version).toBe('1.36');
    expect(context!.environment.values.standIn).toBe('hashicorp/http-echo');
    expect(literals(resourcesOf(context!.stacks, 'AWS::EKS::Cluster'), 'Version')).toEqual(['1.36']);
    expect(context!.options).toEqual({ plan: true });
    expect(err).toBe('synthesizing erp-dev …\n');
  });

  test('with a -c that cannot be had says so, and ends with 1', async () => {
    const { code, err } = await run(['dev', '-c', 'kubernetes=1.30']);
    expect(code).toBe(1);
    expect(err).toContain('command line: -c kubernetes is "1.30"; allowed: 1.31');
  });

  test('gets the stacks of its environment alone, and gives the exit code', async () => {
    let names: string[] = [];
    const { code } = await run(['prod'], {
      run: ({ stacks }) => {
        names = stacks.map(({ name }) => name);
        return 1;
      },
    });
    expect(code).toBe(1);
    expect(names).toContain('ErpProdFirewall');
    expect(names.filter((name) => !name.startsWith('ErpProd'))).toEqual([]);
  });
});
