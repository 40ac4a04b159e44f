import { randomUUID } from 'node:crypto';
import { type Database } from './db/database';
import { describe } from './db/failure';
import { type Call, type CheckIns } from './employees/call';
import { type Answer, type LambdaEvent, type LambdaResult, type Request, toRequest, toResult } from './http/event';
import { HttpError } from './http/http-error';
import { match } from './http/router';
import { authorize } from './identity/authorize';
import { type Caller, type Callers } from './identity/caller';
import { RULES } from './identity/roles';
import { type Log } from './observe/log';
import { type CallRecord } from './observe/call-log';
import { DatabaseTrace } from './observe/trace';

/** The parts of Lambda's context that are read. */
export interface LambdaContext {
  readonly awsRequestId?: string;
  getRemainingTimeInMillis?(): number;
}

export interface AppOptions {
  readonly database: Database;
  readonly log: Log;
  /** Takes the record of each call. */
  readonly record: (call: CallRecord) => void;
  readonly version: string;
  /** Tells who calls. */
  readonly callers: Callers;
  /** Whether what a caller may not do is refused, or only logged. */
  readonly authorization: 'enforce' | 'observe';
  readonly checkIns: CheckIns;
  /** @default - the clock of the machine */
  readonly now?: () => Date;
  readonly xrayDaemon?: string;
  /** The trace header of the current invocation; Lambda changes it with every call. */
  readonly traceHeader?: () => string | undefined;
}

export type Handler = (event: LambdaEvent, context?: LambdaContext) => Promise<LambdaResult>;

/** Answers before the load balancer and API Gateway (30 s) give up, whatever the function's own timeout is. */
const LONGEST_CALL_MS = 9000;
/** Left for the answer itself when the function's timeout comes first. */
const RESERVE_MS = 500;

export function createHandler(options: AppOptions): Handler {
  const { database, log, version } = options;
  const trace = new DatabaseTrace(options.xrayDaemon);
  let cold = true;
  const permit = async (call: Call, route: string, requestId: string): Promise<void> => {
    const method = call.request.method === 'HEAD' ? 'GET' : call.request.method;
    try {
      call.access = await authorize(call, RULES[`${method} ${route}`]);
    } catch (error) {
      if (options.authorization === 'enforce' || !(error instanceof HttpError) || error.status !== 403) throw error;
      const { subject, role } = call.caller;
      log('warn', 'would be refused', { requestId, method, route, subject, role, reason: error.message });
      call.access = { scope: 'any' };
    }
  };
  return async (sent, context) => {
    const started = performance.now();
    const event = Object(sent) as LambdaEvent;
    const left = (context?.getRemainingTimeInMillis?.() ?? Infinity) - RESERVE_MS;
    const request = toRequest(event);
    const requestId = requestIdOf(request, event, context);
    let call: Call | undefined;
    let caller: Caller | undefined;
    let route = 'unknown';
    let target: string | undefined;
    let answer: Answer;
    try {
      const matched = match(request.method, request.path);
      route = matched.route;
      if (matched.id > 0) target = `${matched.thing} ${matched.id}`;
      caller = await options.callers.of(request);
      const deadline = started + Math.min(LONGEST_CALL_MS, left);
      call = {
        deadline,
        databaseMs: 0,
        request,
        id: matched.id,
        database,
        log,
        version,
        caller,
        access: { scope: 'none' },
        now: options.now?.() ?? new Date(),
        checkIns: options.checkIns,
      };
      await permit(call, route, requestId);
      answer = await matched.operation(call);
    } catch (error) {
      answer = failed(error, log, requestId);
    }
    const failure = answer.status >= 500;
    const latencyMs = performance.now() - started;
    const databaseMs = call?.databaseMs ?? 0;
    options.record({
      requestId,
      lambdaRequestId: context?.awsRequestId,
      method: request.method,
      route,
      subject: caller?.subject,
      role: caller?.role,
      target,
      status: answer.status,
      latencyMs,
      databaseMs,
      cold,
    });
    cold = false;
    if (options.traceHeader) await trace.send(options.traceHeader(), databaseMs, failure);
    return toResult(event, requestId, answer, request.method === 'HEAD');
  };
}

function failed(error: unknown, log: Log, requestId: string): Answer {
  if (error instanceof HttpError) {
    const { status, message, details, headers } = error;
    return { status, headers, body: JSON.stringify({ error: message, details }) };
  }
  log('error', 'unexpected error', { requestId, ...describe(error) });
  const message = `something went wrong in the service; its log has the cause under request id ${requestId}`;
  return { status: 500, body: JSON.stringify({ error: message, details: [] }) };
}

const LONGEST_REQUEST_ID = 200;

/**
 * The caller's own id when it sends one, so that one id leads through all the services' logs: cut, and without what does
 * not belong in a log or a header. With control characters it is no id but an attempt at another header.
 */
function requestIdOf(request: Request, event: LambdaEvent, context: LambdaContext | undefined): string {
  for (const name of ['x-request-id', 'x-amzn-trace-id']) {
    const value = request.header(name)?.slice(0, LONGEST_REQUEST_ID) ?? '';
    // eslint-disable-next-line no-control-regex -- they are what is looked for
    const id = /[\u0000-\u001f\u007f]/.test(value) ? '' : value.replace(/[^\w=;:.@-]/g, '');
    if (id !== '') return id;
  }
  const given = event.requestContext?.requestId;
  return (typeof given === 'string' && given) || context?.awsRequestId || randomUUID();
}
