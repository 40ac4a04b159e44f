import { spawn } from 'child_process';
import { createInterface } from 'readline/promises';
import { setTimeout } from 'timers/promises';
import { destroy } from '../lib/tools/operations/destroy';
import { onTerminal } from '../lib/command/terminal';

onTerminal({
  name: 'destroy',
  options: {
    plan: { type: 'boolean', help: 'only say what would happen, without AWS' },
    'include-data': { type: 'boolean', help: 'also remove stacks that stay because of what they keep' },
    yes: { type: 'boolean', help: 'do not ask; not for environments that keep their data' },
  },
  run: ({ environment, assembly, stacks, aws, options, say }) =>
    destroy({
      config: environment.config,
      stacks,
      aws,
      planOnly: options.plan === true,
      includeData: options['include-data'] === true,
      yes: options.yes === true,
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
    }),
});
