import { exitCode, report } from '../lib/report/findings';
import { isInstalled, preflight } from '../lib/tools/operations/preflight';
import { onTerminal, request } from '../lib/command/terminal';

onTerminal({
  name: 'preflight',
  run: async ({ say, ...context }) => {
    const findings = await preflight({ ...context, request, installed: isInstalled });
    say(report(findings));
    return exitCode(findings);
  },
});
