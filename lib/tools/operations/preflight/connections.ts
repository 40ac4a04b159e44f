import { sign } from 'aws4';
import { physicalIds } from '../deployed';
import { type Outcome, allOk, failed } from '../../../report/findings';
import type { Aws } from '../aws';
import type { PreflightCheck } from './context';

/** Connections to source repositories that a template names. */
const CONNECTION_ARN =
  /arn:aws[a-z-]*:(?:codeconnections|codestar-connections):[a-z0-9-]+:\d{12}:connection\/[a-f0-9-]+/g;

/** Somebody has confirmed every connection to a source repository in the console; no template can do that. */
export const connections: PreflightCheck = {
  title: 'Source connections',
  run: async ({ stacks, deployed, aws }) => {
    const named = stacks.flatMap(({ template }) => JSON.stringify(template).match(CONNECTION_ARN) ?? []);
    const made = ['AWS::CodeConnections::Connection', 'AWS::CodeStarConnections::Connection'].flatMap((type) =>
      physicalIds(deployed, type),
    );
    const arns = [...new Set([...named, ...made])];
    const problems = await Promise.all(
      arns.map(async (arn): Promise<Outcome[]> => {
        const status = await connectionStatus(aws, arn);
        return status === 'AVAILABLE'
          ? []
          : [
              failed(
                `${arn} is ${status}`,
                'confirm it: AWS console, Developer Tools, Settings, Connections, Update pending connection',
              ),
            ];
      }),
    );
    return allOk(problems.flat(), arns.length > 0 ? `${arns.length} confirmed` : 'none in use');
  },
};

/** One call does not merit a client of its own. */
async function connectionStatus({ sts, endpoint }: Aws, arn: string): Promise<string> {
  const region = arn.split(':')[3] ?? '';
  const { accessKeyId, secretAccessKey, sessionToken } = await sts.config.credentials();
  const host = `codeconnections.${region}.amazonaws.com`;
  const body = JSON.stringify({ ConnectionArn: arn });
  const { headers } = sign(
    {
      service: 'codeconnections',
      region,
      host,
      method: 'POST',
      path: '/',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'com.amazonaws.codeconnections.CodeConnections_20231201.GetConnection',
      },
      body,
    },
    { accessKeyId, secretAccessKey, sessionToken },
  );
  const url = endpoint ?? `https://${host}/`;
  const response = await fetch(url, { method: 'POST', headers: headers as Record<string, string>, body });
  const answer = (await response.json()) as { Connection?: { ConnectionStatus?: string }; __type?: string };
  if (/ResourceNotFound/.test(answer.__type ?? '')) return 'missing';
  if (!answer.Connection?.ConnectionStatus) {
    throw Object.assign(new Error(`GetConnection: ${response.status} ${answer.__type ?? ''}`), {
      name: answer.__type ?? 'Error',
    });
  }
  return answer.Connection.ConnectionStatus;
}
