import { type Outcome, failed, ok } from '../../../report/findings';
import { configFile } from '../../../config/environment';
import { EMPLOYEE_ROUTES } from '../../../config/values';
import type { VerifyCheck } from './context';

/** CloudFront serves the frontend with its settings, and leads /api to the API, which asks for a token. */
export const publicAddress: VerifyCheck = {
  title: 'Public address',
  run: async ({ environment: { config, values }, deployed, request }) => {
    const url = deployed.map(({ outputs }) => outputs.get('FrontendUrl')).find((one) => one !== undefined);
    if (!url) return failed('no stack has an output FrontendUrl', 'see the stacks above');

    const expect = async (
      path: string,
      status: number,
      what: string,
      fix: string,
      holds: (body: string) => boolean,
    ): Promise<Outcome> => {
      let answer;
      try {
        answer = await request(`${url}${path}`);
      } catch (error) {
        const { message, cause } = error as Error;
        return failed(
          `${url} cannot be reached: ${cause instanceof Error ? cause.message : message}`,
          'check the network; is the distribution deployed?',
        );
      }
      if (answer.status === 403 && /distribution is configured to block access from your country/i.test(answer.body)) {
        return failed(
          `${url} does not serve the country of this machine`,
          `ask from one of ${config.edge.countries.join(', ')}, or add yours to edge.countries in ${configFile(config.name)}`,
        );
      }
      return answer.status === status && holds(answer.body)
        ? ok(`${url}${path}: ${what}`)
        : failed(`${url}${path} answers ${answer.status}: ${answer.body.trim().slice(0, 80)}`, fix);
    };
    return Promise.all([
      expect('/', 200, 'the frontend', 'is the bucket FrontendBucket filled? npx cdk deploy the Edge stack', (body) =>
        /<html/i.test(body),
      ),
      expect(
        '/config.json',
        200,
        'settings of the frontend',
        'npx cdk deploy the Edge stack, which writes the file',
        (body) =>
          isJson(
            body,
            ({ environment, VITE_API_BASE_URL }) => environment === config.name && VITE_API_BASE_URL === url,
          ),
      ),
      // Without a token: the refusal comes from the API's authorizer, so everything before it works.
      ...[...EMPLOYEE_ROUTES, ...values.services.map(({ route }) => route)].map((route) =>
        expect(`/api/${route}`, 401, 'asks for a token', 'docs/runbook.md#api-5xx', (body) =>
          isJson(body, ({ message }) => message === 'Unauthorized'),
        ),
      ),
    ]);
  },
};

function isJson(body: string, holds: (value: Record<string, unknown>) => boolean): boolean {
  try {
    return holds(JSON.parse(body) as Record<string, unknown>);
  } catch {
    return false;
  }
}
