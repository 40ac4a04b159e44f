import { type Server, createServer } from 'node:http';
import { type Handler } from '../app';
import { type LambdaEvent } from '../http/event';
import { type Account, type Issuer } from './issuer';

/** The load balancer's limit; more is refused before the function is called. */
const MAX_REQUEST_BYTES = 1024 * 1024;

/** Gives whoever asks the token of whomever he names, which is what a machine of one developer needs. */
const TOKEN_PATH = '/dev/token?';

/** Serves the handler over HTTP, with the events that an ALB would send. */
export function httpServer(handler: Handler, issuer: Issuer): Server {
  return createServer((request, response) => {
    if (request.url?.startsWith(TOKEN_PATH)) {
      const { groups, ...account } = Object.fromEntries(new URLSearchParams(request.url.slice(TOKEN_PATH.length)));
      response.end(issuer.token({ ...account, groups: groups?.split(',') } as Account));
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_REQUEST_BYTES) chunks.push(chunk);
    });
    request.on('end', () => {
      if (size > MAX_REQUEST_BYTES) {
        response.writeHead(413, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error: `the body has ${size} bytes; at most ${MAX_REQUEST_BYTES} are allowed` }));
        return;
      }
      const event = albEvent(request.method ?? 'GET', request.url ?? '/', request.headers, Buffer.concat(chunks));
      handler(event).then(
        (result) => {
          response.writeHead(result.statusCode, result.headers);
          response.end(result.body);
        },
        () => response.writeHead(502).end(),
      );
    });
  });
}

export function albEvent(
  method: string,
  url: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: Buffer | string = '',
): LambdaEvent {
  const [path = '/', query = ''] = url.split(/\?(.*)/s);
  const bytes = Buffer.from(body);
  return {
    requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:local' } },
    httpMethod: method,
    path,
    // As an ALB does: the last value of a name, not decoded.
    queryStringParameters: Object.fromEntries(
      query
        .split('&')
        .filter((pair) => pair !== '')
        .map((pair) => {
          const [name = '', value = ''] = pair.split(/=(.*)/s);
          return [name, value];
        }),
    ),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name.toLowerCase(),
        Array.isArray(value) ? value.join(', ') : value,
      ]),
    ),
    body: bytes.toString('base64'),
    isBase64Encoded: true,
  };
}
