import { exitCode, report } from '../lib/operations/findings';
import { isInstalled, preflight } from '../lib/operations/preflight';
import { onTerminal } from './terminal';

onTerminal({
  name: 'preflight',
  run: async ({ say, ...context }) => {
    const findings = await preflight({ ...context, installed: isInstalled });
    say(report(findings));
    return exitCode(findings);
  },
});
