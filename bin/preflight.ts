import { exitCode, report } from '../lib/operations/findings';
import { isInstalled, preflight } from '../lib/operations/preflight';
import { onTerminal, request } from './terminal';

onTerminal({
  name: 'preflight',
  run: async ({ say, ...context }) => {
    const findings = await preflight({ ...context, request, installed: isInstalled });
    say(report(findings));
    return exitCode(findings);
  },
});
