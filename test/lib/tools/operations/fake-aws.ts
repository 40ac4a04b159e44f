import * as http from 'http';
import type { AddressInfo } from 'net';
import { Aws } from '../../../../lib/tools/operations/aws';

/** Answer of an operation as it stands on the wire: JSON, or for the XML services the elements by name. */
type Answer = object | FakeError;
export type Answers = Record<string, Answer | ((input: Record<string, unknown>) => Answer)>;

/** An error as AWS sends it. */
export class FakeError {
  constructor(
    readonly code: string,
    readonly message = 'no',
    readonly status = 400,
  ) {}
}

/** Operations of EKS, the only service here that tells them by path. */
const EKS: [RegExp, string, string][] = [
  [/^\/cluster-versions/, 'DescribeClusterVersions', ''],
  [/^\/addons\/supported-versions/, 'DescribeAddonVersions', ''],
  [/^\/clusters\/([^/?]+)$/, 'DescribeCluster', 'name'],
];

/**
 * AWS on this machine: the SDK's real clients talk to it, each in its service's own protocol. An operation without an
 * answer is an error, so that no check passes on an empty one.
 */
export class FakeAws {
  /** Operations called, in order, each with its input. */
  readonly calls: { operation: string; input: Record<string, unknown> }[] = [];

  answers: Answers = {};
  endpoint = '';

  private readonly server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => this.answer(request, body, response));
  });

  async start(): Promise<void> {
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
    process.env.AWS_ACCESS_KEY_ID = 'AKIAEXAMPLE';
    process.env.AWS_SECRET_ACCESS_KEY = 'example';
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.endpoint = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  aws(): Aws {
    return new Aws('ap-northeast-2', this.endpoint);
  }

  /** Inputs of the calls of an operation. */
  inputs(operation: string): Record<string, unknown>[] {
    return this.calls.filter((call) => call.operation === operation).map(({ input }) => input);
  }

  private answer({ url = '', headers }: http.IncomingMessage, body: string, response: http.ServerResponse): void {
    const target = headers['x-amz-target'];
    const form = headers['content-type']?.startsWith('application/x-www-form-urlencoded')
      ? Object.fromEntries(new URLSearchParams(body))
      : undefined;
    let operation = '';
    let input: Record<string, unknown>;
    if (form) {
      operation = form.Action ?? '';
      input = form;
    } else if (typeof target === 'string') {
      operation = target.split('.').at(-1) ?? '';
      input = JSON.parse(body || '{}') as Record<string, unknown>;
    } else {
      const { pathname, searchParams } = new URL(url, 'http://aws');
      input = Object.fromEntries(searchParams);
      for (const [path, name, parameter] of EKS) {
        const match = path.exec(pathname);
        if (!match) continue;
        operation = name;
        if (parameter) input[parameter] = match[1];
      }
    }
    this.calls.push({ operation, input });
    const configured = this.answers[operation];
    const found =
      typeof configured === 'function'
        ? configured(input)
        : (configured ?? new FakeError('NotImplemented', `the test has no answer to ${operation || url}`));
    if (found instanceof FakeError) {
      const { code, message, status } = found;
      response.statusCode = status;
      response.end(
        form
          ? xml(
              form.Version === '2016-11-15'
                ? { Response: { Errors: { Error: { Code: code, Message: message } } } }
                : { ErrorResponse: { Error: { Type: 'Sender', Code: code, Message: message } } },
            )
          : JSON.stringify({ __type: code, message }),
      );
      return;
    }
    const plain = form?.Version === '2016-11-15';
    response.end(
      form
        ? xml({ [`${operation}Response`]: plain ? found : { [`${operation}Result`]: found } })
        : JSON.stringify(found),
    );
  }
}

/** Elements by name; a list repeats its element. */
function xml(value: unknown): string {
  if (typeof value !== 'object' || value === null) {
    return String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  }
  return Object.entries(value)
    .map(([name, content]) =>
      [content]
        .flat()
        .map((one) => `<${name}>${xml(one)}</${name}>`)
        .join(''),
    )
    .join('');
}

/** Seconds since 1970 of a day, as JSON services write times. */
export const day = (iso: string) => Date.parse(iso) / 1000;
