import { isUtf8 } from 'node:buffer';
import { type Request } from './event';
import { HttpError } from './http-error';

/** The largest body of the contract is below 2 kB; the load balancer would allow 1 MB. */
export const MAX_BODY_BYTES = 65_536;

/** The JSON value of the body. A missing content type counts as JSON, as it did in the service's predecessor. */
export function readJson(request: Request): unknown {
  const type = request.header('content-type');
  if (
    type !== undefined &&
    type !== 'application/json' &&
    !/^\s*application\/(?:[\w.+-]+\+)?json\s*(?:;\s*charset="?utf-?8"?\s*)?;?\s*$/i.test(type)
  ) {
    throw new HttpError(415, `the body must be application/json in UTF-8, got content-type '${type.slice(0, 60)}'`);
  }
  const body = request.body();
  if (body === undefined || body.length === 0) throw new HttpError(400, 'the body is missing: a JSON object is needed');
  const size = Buffer.byteLength(body);
  if (size > MAX_BODY_BYTES) {
    throw new HttpError(413, `the body has ${size} bytes; at most ${MAX_BODY_BYTES} are allowed`);
  }
  if (typeof body !== 'string' && !isUtf8(body)) throw new HttpError(400, 'the body is not valid UTF-8');
  try {
    return JSON.parse(body.toString().replace(/^\uFEFF/, ''));
  } catch {
    throw new HttpError(400, 'the body is not valid JSON');
  }
}
