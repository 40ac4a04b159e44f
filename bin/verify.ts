import { accessWith } from '../lib/operations/cluster-access';
import { exitCode, report } from '../lib/operations/findings';
import { verify } from '../lib/operations/verify';
import { onTerminal } from './terminal';

onTerminal({
  name: 'verify',
  options: { kubeconfig: { type: 'string', help: 'a way into the cluster, such as through a tunnel' } },
  run: async ({ say, options, ...context }) => {
    const findings = await verify({
      ...context,
      cluster: typeof options.kubeconfig === 'string' ? accessWith(options.kubeconfig) : undefined,
      request: async (url) => {
        const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(10_000) });
        return { status: response.status, body: await response.text() };
      },
    });
    say(report(findings));
    return exitCode(findings);
  },
});
