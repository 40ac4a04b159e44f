import { HttpError } from './http-error';

/** The parts of an ALB event and of API Gateway's v1 and v2 events that are read. */
export interface LambdaEvent {
  readonly version?: string;
  readonly rawPath?: string;
  readonly rawQueryString?: string;
  readonly httpMethod?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly requestContext?: {
    readonly elb?: unknown;
    readonly requestId?: string;
    readonly http?: { readonly method?: string };
  };
}

export interface LambdaResult {
  statusCode: number;
  statusDescription?: string;
  headers?: Record<string, string>;
  multiValueHeaders?: Record<string, string[]>;
  body: string;
  isBase64Encoded: boolean;
}

export interface Request {
  readonly method: string;
  /** Without the leading /api and without trailing slashes. */
  readonly path: string;
  readonly prefix: '' | '/api';
  header(name: string): string | undefined;
  /** Decoded; the last value of a name that is repeated. Throws 400 when it cannot be decoded. */
  query(): Map<string, string>;
  /** Text, or the bytes that the caller sent in base64. */
  body(): string | Buffer | undefined;
}

/** Who invokes the function by hand may send anything: what is not text counts as not there. */
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const fields = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
/** The last of a list, or the text itself. */
const lastText = (value: unknown): string | undefined => text(Array.isArray(value) ? value.at(-1) : value);

export function toRequest(event: LambdaEvent): Request {
  const full = text(event.rawPath) ?? text(event.path) ?? '/';
  const prefix = full === '/api' || full.startsWith('/api/') ? '/api' : '';
  const body = text(event.body);
  return {
    method: (text(event.requestContext?.http?.method) ?? text(event.httpMethod) ?? 'GET').toUpperCase(),
    path: withoutTrailingSlashes(full.slice(prefix.length)),
    prefix,
    header: (name) => findHeader(event, name),
    query: () => parseQuery(event),
    body: () => (body && event.isBase64Encoded ? Buffer.from(body, 'base64') : body || undefined),
  };
}

/** A loop, because /\/+$/ takes quadratic time on a path of many slashes. */
function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (end > 1 && path[end - 1] === '/') end--;
  return path.slice(0, end) || '/';
}

function findHeader(event: LambdaEvent, name: string): string | undefined {
  const headers = fields(event.headers);
  const lists = fields(event.multiValueHeaders);
  const direct = text(headers?.[name]) ?? lastText(lists?.[name]);
  if (direct !== undefined) return direct;
  // An ALB and API Gateway v2 write names in lower case; v1 keeps the client's spelling.
  if (event.requestContext?.elb !== undefined || event.version === '2.0') return undefined;
  for (const [key, value] of Object.entries(headers ?? lists ?? {})) {
    if (key.toLowerCase() === name) return lastText(value);
  }
  return undefined;
}

function parseQuery(event: LambdaEvent): Map<string, string> {
  const query = new Map<string, string>();
  const raw = text(event.rawQueryString);
  if (raw !== undefined) {
    for (const pair of raw.split('&')) {
      const cut = pair.indexOf('=');
      if (pair !== '')
        query.set(decode(cut < 0 ? pair : pair.slice(0, cut)), cut < 0 ? '' : decode(pair.slice(cut + 1)));
    }
    return query;
  }
  const values = fields(event.queryStringParameters) ?? fields(event.multiValueQueryStringParameters) ?? {};
  // An ALB hands the values over as they were sent, API Gateway v1 decodes them.
  const read = event.requestContext?.elb === undefined ? (value: string) => value : decode;
  for (const [name, value] of Object.entries(values)) {
    const last = lastText(value);
    if (last !== undefined) query.set(read(name), read(last));
  }
  return query;
}

function decode(part: string): string {
  if (!/[%+]/.test(part)) return part;
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    throw new HttpError(400, `the query string is not valid percent-encoded UTF-8: '${part.slice(0, 40)}'`);
  }
}

export interface Answer {
  readonly status: number;
  /** JSON text; undefined: no content. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Some clients of an ALB read the reason phrase; HTTP/2 has none. */
const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

export function toResult(event: LambdaEvent, requestId: string, answer: Answer, head: boolean): LambdaResult {
  const headers: Record<string, string> = {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
  };
  if (answer.body !== undefined) headers['content-type'] = 'application/json; charset=utf-8';
  if (answer.headers) Object.assign(headers, answer.headers);
  const result: LambdaResult = {
    statusCode: answer.status,
    headers,
    body: head ? '' : (answer.body ?? ''),
    isBase64Encoded: false,
  };
  if (event.requestContext?.elb !== undefined) {
    result.statusDescription = `${answer.status} ${REASONS[answer.status] ?? ''}`.trim();
    // A target group with multi-value headers turned on reads only this form.
    if (event.multiValueHeaders && !event.headers) {
      result.multiValueHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
      delete result.headers;
    }
  }
  return result;
}
