import { environmentCommand } from '../lib/command/environment-command';
import { start } from '../lib/command/start';
import { exitCode, findingsData, report } from '../lib/report/findings';
import { Aws } from '../lib/tools/operations/aws';
import { accessWith } from '../lib/tools/operations/cluster-access';
import { request } from '../lib/tools/operations/http';
import { verify } from '../lib/tools/operations/verify';

export const command = environmentCommand({
  name: 'verify',
  summary: 'Looks whether a deployment works, from the stacks to the answer that a browser gets.',
  examples: {
    dev: 'after a deployment',
    'dev --kubeconfig tunnel.kubeconfig': 'where only a tunnel reaches the cluster',
  },
  options: { kubeconfig: { value: 'file', help: 'a way into the cluster, such as through a tunnel' } },
  reports: true,
  run: async ({ options: { kubeconfig }, environment, stacks, env, ...context }) => {
    const { name, region, kubernetes } = environment.config;
    const findings = await context.progress.during(
      `looking at ${name}`,
      verify({
        environment,
        stacks,
        aws: new Aws(region, env.AWS_ENDPOINT_URL),
        cluster: kubeconfig === undefined ? undefined : accessWith(kubeconfig, kubernetes.version),
        request,
      }),
    );
    context.report(
      () => report(findings),
      () => ({ environment: name, ...findingsData(findings) }),
    );
    return exitCode(findings);
  },
});

if (require.main === module) void start(command);
