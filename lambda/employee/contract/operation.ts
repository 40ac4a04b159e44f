import { LIMITS } from './limits';
import { type ObjectSchema, SCHEMAS } from './schemas';

export type Json = Record<string, unknown>;

export const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
export const json = (schema: Json): Json => ({ 'application/json': { schema } });
export const days = (description: string): Json => ({ type: 'number', description });
export const object = (properties: Json): Json => ({ type: 'object', properties, required: Object.keys(properties) });
export const list = (name: string): Json => ({ type: 'array', items: ref(name) });

const parameter = (name: string): Json => ({ $ref: `#/components/parameters/${name}` });
const header = (name: string): Json => ({ $ref: `#/components/headers/${name}` });

/** The {id} of a path. */
export const id = (thing: string): Json => ({
  name: 'id',
  in: 'path',
  required: true,
  description: `The number of the ${thing}.`,
  schema: { type: 'integer', minimum: 1, examples: [1] },
});

function queryParameters(schema: ObjectSchema): Json[] {
  return Object.entries(schema.properties).map(([name, { description, ...field }]) => ({
    name,
    in: 'query',
    required: schema.required?.includes(name) ?? false,
    description: `Must be ${description}.`,
    schema: field,
  }));
}

const ERRORS: Readonly<Record<number, string>> = {
  400: 'The request is wrong, or not possible as things stand; `details` names every problem.',
  401: 'The token is not valid, or there is none where a person has to be known.',
  403: 'The caller may not do this; `error` says who may.',
  404: 'There is no such thing.',
  409: 'It contradicts what is there, or a request with the same Idempotency-Key is still at work.',
  413: 'The body is too large.',
  415: 'The body is not JSON in UTF-8.',
  422: 'The Idempotency-Key was used for another request.',
  500: 'The service failed; its log has the cause under the request id.',
  503: 'The service cannot work now; nothing was changed. Retry-After says when to try again.',
  504: 'The connection broke before the change was confirmed: look before trying again.',
};

const ERROR_HEADERS: Readonly<Record<number, readonly string[]>> = {
  401: ['WWW-Authenticate'],
  409: ['Retry-After'],
  503: ['Retry-After'],
};

/** Of every answer. */
const COMMON = ['X-Request-Id', 'Cache-Control', 'X-Content-Type-Options'];

const headers = (names: readonly string[]): Json => Object.fromEntries(names.map((name) => [name, header(name)]));

/** The answers that tell of a failure, shared by all operations. */
export const FAILURES: Json = Object.fromEntries(
  Object.entries(ERRORS).map(([status, description]) => [
    `Error${status}`,
    {
      description,
      headers: headers([...COMMON, ...(ERROR_HEADERS[Number(status)] ?? [])]),
      content: json(ref('Error')),
    },
  ]),
);

export interface OperationOptions {
  readonly summary: string;
  /** Of the answer when all goes well. */
  readonly answer: string;
  /** @default - no content, 204 */
  readonly schema?: Json;
  /** @default 200 */
  readonly status?: number;
  /** Of the same answer with 200, when there was nothing to do. @default - there always is */
  readonly unchanged?: string;
  /** @default - no query parameters but those of the path */
  readonly query?: keyof typeof SCHEMAS;
  /** @default - no body */
  readonly body?: string;
  /** @default true */
  readonly bodyRequired?: boolean;
  /** Whether an Idempotency-Key makes a retry safe. @default false */
  readonly keyed?: boolean;
  /** Whether the answer is a page with a Link to the next. @default false */
  readonly paged?: boolean;
  /** @default - the path names nothing that may be missing */
  readonly notFound?: boolean;
  /** @default - only where an Idempotency-Key is taken */
  readonly conflict?: boolean;
  readonly headers?: readonly string[];
}

/** One operation of the document, with all the statuses and headers that it can answer. */
export function operation(operationId: string, options: OperationOptions): Json {
  const { summary, answer, schema, status = schema ? 200 : 204, query, body, keyed, paged, conflict } = options;
  const failures = [
    ...[400, 401, 403, 500, 503],
    ...(options.notFound ? [404] : []),
    ...(body ? [413, 415] : []),
    ...(keyed ? [409, 422, 504] : []),
    ...(conflict && !keyed ? [409] : []),
  ].sort((a, b) => a - b);
  const parameters = [
    ...(query ? queryParameters(SCHEMAS[query]) : []),
    ...(keyed ? [parameter('IdempotencyKey')] : []),
    parameter('RequestId'),
  ];
  const more = [...(paged ? ['Link'] : []), ...(keyed ? ['Idempotency-Replayed'] : []), ...(options.headers ?? [])];
  const success = (description: string) => ({
    description,
    headers: headers([...COMMON, ...more]),
    ...(schema ? { content: json(schema) } : {}),
  });
  return {
    operationId,
    summary,
    parameters,
    ...(body ? { requestBody: { required: options.bodyRequired ?? true, content: json(ref(body)) } } : {}),
    responses: {
      ...(options.unchanged ? { 200: success(options.unchanged) } : {}),
      [status]: success(answer),
      ...Object.fromEntries(failures.map((each) => [each, { $ref: `#/components/responses/Error${each}` }])),
    },
  };
}

export const PARAMETERS: Json = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      `Makes a retry safe: for ${LIMITS.idempotencyHours} hours the same key with the same request gives the first ` +
      'answer again and changes nothing; with another request it gives 422.',
    schema: { type: 'string', minLength: 1, maxLength: LIMITS.idempotencyKey, pattern: '^[!-~]+$' },
  },
  RequestId: {
    name: 'X-Request-Id',
    in: 'header',
    required: false,
    description: 'Leads through the logs of all services; what no id can hold is cut away.',
    schema: { type: 'string' },
  },
};

const text = (description: string): Json => ({ description, schema: { type: 'string' } });

export const HEADERS: Json = {
  'X-Request-Id': text('The id under which the logs have this request.'),
  'Cache-Control': text('Always `no-store`.'),
  'X-Content-Type-Options': text('Always `nosniff`.'),
  Link: text('The next page, `rel="next"`, when there is one; relative to the address that was asked.'),
  Location: text('The path of what was added.'),
  'Retry-After': text('Seconds after which to try again.'),
  'WWW-Authenticate': text('Always `Bearer`.'),
  'Idempotency-Replayed': text('`true` when the answer is that of an earlier request with the same Idempotency-Key.'),
};
