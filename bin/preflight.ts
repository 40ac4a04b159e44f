import { environmentCommand } from '../lib/command/environment-command';
import { start } from '../lib/command/start';
import { exitCode, findingsData, report } from '../lib/report/findings';
import { Aws } from '../lib/tools/operations/aws';
import { request } from '../lib/tools/operations/http';
import { isInstalled, preflight } from '../lib/tools/operations/preflight';

export const command = environmentCommand({
  name: 'preflight',
  summary: 'Looks for everything that would make a deployment fail late, with a fix for each.',
  examples: {
    dev: 'before a deployment',
    'dev -c kubernetes=1.36': 'before a deployment with the same -c',
    'dev --json': 'for a program',
  },
  reports: true,
  run: async ({ environment, stacks, today, env, ...context }) => {
    const { name, region } = environment.config;
    const aws = new Aws(region, env.AWS_ENDPOINT_URL);
    const findings = await context.progress.during(
      `asking the account about ${name}`,
      preflight({ environment, stacks, aws, today, request, installed: isInstalled }),
    );
    context.report(
      () => report(findings),
      () => ({ environment: name, ...findingsData(findings) }),
    );
    return exitCode(findings);
  },
});

if (require.main === module) void start(command);
