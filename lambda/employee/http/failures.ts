import { HttpError } from './http-error';
import { type Thing } from './router';

/** Nothing was applied; the same request may be sent again after `seconds`. */
export function unavailable(reason: string, seconds = 5): HttpError {
  return new HttpError(503, `${reason}; nothing was changed, try again in ${seconds} s`, [], {
    'retry-after': String(seconds),
  });
}

/** The connection broke after a write was sent. No Retry-After: a blind retry could apply the write twice. */
export function unknownOutcome(): HttpError {
  return new HttpError(
    504,
    'the database connection broke before it confirmed the change, which may or may not have been made; ' +
      'look before you try again, or send an Idempotency-Key, which makes a retry safe',
  );
}

/** The connection broke twice around a change that can be repeated without harm. */
export function interrupted(): HttpError {
  return new HttpError(503, 'the database connection broke; send the same request again, repeating it is safe', [], {
    'retry-after': '5',
  });
}

export function notFound(id: string | number, what: Thing = 'employee'): HttpError {
  return new HttpError(404, `there is no ${what} with id ${id}`);
}

export function unauthorized(reason: string): HttpError {
  return new HttpError(401, reason, [], { 'www-authenticate': 'Bearer' });
}

export function forbidden(reason: string): HttpError {
  return new HttpError(403, reason);
}

/** The request is understood, and what it asks for is not possible as things stand. */
export function refused(field: string, message: string): HttpError {
  return new HttpError(400, message, [{ field, message }]);
}
