import { accessWith } from '../lib/tools/operations/cluster-access';
import { exitCode, report } from '../lib/report/findings';
import { verify } from '../lib/tools/operations/verify';
import { onTerminal, request } from '../lib/command/terminal';

onTerminal({
  name: 'verify',
  options: { kubeconfig: { type: 'string', help: 'a way into the cluster, such as through a tunnel' } },
  run: async ({ say, options, ...context }) => {
    const findings = await verify({
      ...context,
      cluster: typeof options.kubeconfig === 'string' ? accessWith(options.kubeconfig) : undefined,
      request,
    });
    say(report(findings));
    return exitCode(findings);
  },
});
