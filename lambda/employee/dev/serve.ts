import { type AddressInfo } from 'node:net';
import { parseDatabaseUrl } from '../db/credentials';
import { migrate } from '../db/migrator';
import { jsonLog } from '../observe/log';
import { createService } from '../service';
import { createDatabase } from './database';
import { findServer } from './find-server';
import { httpServer } from './http-server';
import { Issuer } from './issuer';

/** `npm run employee`: the Lambda's own handler on http://127.0.0.1:8081, with a database that it finds by itself. */
async function main(): Promise<void> {
  const say = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const closers: (() => Promise<unknown>)[] = [];
  let closing: Promise<void> | undefined;
  const close = (status: number): Promise<void> =>
    (closing ??= (async () => {
      for (const closer of closers.reverse()) await closer().catch((error: Error) => say(error.message));
      process.exit(status);
    })());
  process.on('SIGINT', () => void close(0));
  process.on('SIGTERM', () => void close(0));

  try {
    let url = process.env.DATABASE_URL;
    if (url) {
      say('database: the one that DATABASE_URL names');
    } else {
      const server = await findServer(say);
      closers.push(() => server.stop());
      const database = await createDatabase(server.url);
      closers.push(() => database.drop());
      url = database.url;
      say(`database: ${server.how}; it is empty, and goes when this program ends`);
    }
    const applied = await migrate({ credentials: parseDatabaseUrl(url), log: jsonLog('local', () => undefined) });
    say(`schema: up to date, ${applied.length} migrations applied`);

    const issuer = new Issuer();
    const { issuer: TOKEN_ISSUER, audience: TOKEN_AUDIENCE, keys: TOKEN_KEYS } = issuer.source;
    const pool = { TOKEN_ISSUER, TOKEN_AUDIENCE, TOKEN_KEYS };
    const service = createService({ ...process.env, ...pool, DATABASE_URL: url });
    service.database.open();
    closers.push(() => service.database.close());
    const server = httpServer(service.handler, issuer);
    closers.push(
      () =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    );
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(Number(process.env.PORT || 8081), '127.0.0.1', resolve);
    });
    say(`employee service: http://127.0.0.1:${(server.address() as AddressInfo).port}  (Ctrl-C ends it)`);
  } catch (error) {
    say(`the employee service did not start: ${(error as Error).message}`);
    await close(1);
  }
}

void main();
