import * as fs from 'node:fs';
import * as path from 'node:path';
import { tail } from './commands';
import type { RunCode } from './own-code';

const CONTENT = path.join(__dirname, 'content.py');

interface Content {
  readonly status?: string;
  readonly reason?: string;
  readonly objects: readonly { readonly key: string; readonly type: string; readonly body: string }[];
}

/** CDK's handler, with the AWS CLI of the rehearsal in place of the one of its layer. */
export const fillBuckets: RunCode = async ({ commands, rehearsal }, codes, add) => {
  for (const { folder, properties, region, stack, logicalId } of codes) {
    const work = fs.mkdtempSync(path.join(rehearsal.folder, 'content-'));
    const event = {
      RequestType: 'Create',
      ...{ StackId: stack, RequestId: logicalId, LogicalResourceId: logicalId },
      ResourceProperties: asOnTheWire(properties),
    };
    const args = [path.join(folder, 'index.py'), work, JSON.stringify(event)];
    const done = await commands.script('bucket deployment', CONTENT, args, region);
    if (done.code !== 0) {
      add('fault', `${stack}/${logicalId}: ${tail(done)}`);
      continue;
    }
    const { status, reason, objects } = JSON.parse(done.output.trim().split('\n').at(-1) ?? '') as Content;
    const problems = [...(status === 'SUCCESS' ? [] : [`${status}: ${reason}`]), ...wrongIn(objects)];
    const found = objects.map(({ key, type }) => `${key} (${type})`).join(', ');
    add(problems.length > 0 ? 'fault' : 'ok', problems.join('\n') || `${found}, with the values of the deployment`);
  }
};

/** CloudFormation hands texts to a function. */
function asOnTheWire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asOnTheWire);
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asOnTheWire(inner)]));
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

/** What browsers would stumble over in a bucket with a frontend. */
export function wrongIn(objects: Content['objects']): string[] {
  const missing = ['index.html', 'config.json'].filter((key) => !objects.some((object) => object.key === key));
  return [
    ...missing.map((key) => `${key} is not in the bucket`),
    ...objects.flatMap(({ key, type, body }) => {
      const wanted = TYPES[path.extname(key)];
      return [
        ...(wanted !== undefined && type !== wanted ? [`${key} is ${type || 'of no type'} and not ${wanted}`] : []),
        ...(/<<marker:/.test(body) ? [`${key} has a marker in place of a value`] : []),
        ...(key === 'config.json' && !isJson(body) ? [`${key} is not JSON: ${body}`] : []),
      ];
    }),
  ];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
