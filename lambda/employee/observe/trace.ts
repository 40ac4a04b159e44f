import { randomBytes } from 'node:crypto';
import { type Socket } from 'node:dgram';

/**
 * Sends one X-Ray subsegment per sampled call, for the time spent in the database, to the daemon that Lambda runs when
 * active tracing is on. One datagram, no SDK: the X-Ray SDK costs more than the whole service.
 */
export class DatabaseTrace {
  #socket: Socket | undefined;
  readonly #host: string | undefined;
  readonly #port: number;

  /** `daemon` is AWS_XRAY_DAEMON_ADDRESS; without it nothing is sent. */
  constructor(daemon: string | undefined) {
    const cut = daemon?.lastIndexOf(':') ?? -1;
    this.#host = daemon?.slice(0, cut);
    this.#port = Number(daemon?.slice(cut + 1));
  }

  /** `header` is the invocation's trace header, `Root=1-…;Parent=…;Sampled=1`; `ms` is the time that has just passed. */
  send(header: string | undefined, ms: number, failed: boolean): Promise<void> {
    if (!this.#host || !header?.includes('Sampled=1') || ms === 0) return Promise.resolve();
    const root = /Root=([^;]+)/.exec(header)?.[1];
    const parent = /Parent=([^;]+)/.exec(header)?.[1];
    if (!root || !parent) return Promise.resolve();
    const end = Date.now() / 1000;
    const segment = {
      id: randomBytes(8).toString('hex'),
      trace_id: root,
      parent_id: parent,
      type: 'subsegment',
      name: 'employee-database',
      namespace: 'remote',
      start_time: end - ms / 1000,
      end_time: end,
      fault: failed,
      sql: { database_type: 'MySQL' },
    };
    const socket = (this.#socket ??= openSocket());
    return new Promise((resolve) =>
      socket.send(`{"format":"json","version":1}\n${JSON.stringify(segment)}`, this.#port, this.#host, () => resolve()),
    );
  }
}

/** Loaded with the first sampled call: importing it would add 3 ms and more to every cold start. */
function openSocket(): Socket {
  return process
    .getBuiltinModule('node:dgram')
    .createSocket('udp4')
    .on('error', () => undefined)
    .unref();
}
