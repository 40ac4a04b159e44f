import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { setTimeout } from 'node:timers/promises';
import { UsageError } from '../lib/command/command';
import { environmentCommand } from '../lib/command/environment-command';
import { start } from '../lib/command/start';
import { EXIT } from '../lib/report/exit';
import { Aws } from '../lib/tools/operations/aws';
import { destroy } from '../lib/tools/operations/destroy';
import { describePlan, planData, removalPlan } from '../lib/tools/operations/destroy/plan';

export const command = environmentCommand({
  name: 'destroy',
  summary: 'Removes an environment, one stack after the other, and what services leave behind.',
  examples: {
    'dev --plan': 'what would go, in which order, and what would be left',
    dev: 'asks for the name of the environment, then removes it',
    'prod --include-data': 'with the stacks that stay because of what they keep',
  },
  options: {
    plan: { help: 'only say what would happen, without AWS' },
    'include-data': { help: 'also remove stacks that stay because of what they keep' },
    yes: { help: 'do not ask; not for environments that keep their data' },
  },
  reports: true,
  run: async ({ environment: { config }, assembly, stacks, options, json, say, report, env }) => {
    const includeData = options['include-data'];
    if (json && !options.plan) throw new UsageError('--json goes with --plan; a removal reports as it goes');
    if (json) {
      const plan = removalPlan(config, stacks, { includeData });
      report(
        () => describePlan(plan),
        () => planData(plan),
      );
      return EXIT.fine;
    }
    return destroy({
      config,
      stacks,
      aws: new Aws(config.region, env.AWS_ENDPOINT_URL),
      planOnly: options.plan,
      includeData,
      yes: options.yes,
      say,
      ask: async (question) => {
        if (!process.stdin.isTTY) return undefined;
        const terminal = createInterface({ input: process.stdin, output: process.stdout });
        try {
          return await terminal.question(question);
        } finally {
          terminal.close();
        }
      },
      cdkDestroy: (stack) =>
        new Promise((resolve, reject) => {
          // The stacks come one by one in the plan's order; without --exclusively the CLI would ask for its own.
          const args = ['destroy', stack, '--exclusively', '--force', '--app', assembly.directory];
          spawn(process.execPath, [require.resolve('aws-cdk/bin/cdk'), ...args], { stdio: 'inherit' })
            .on('error', reject)
            .on('close', (code) => resolve(code ?? 1));
        }),
      sleep: (milliseconds) => setTimeout(milliseconds),
    });
  },
});

if (require.main === module) void start(command);
