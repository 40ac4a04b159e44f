import { privateServerBinary } from '../../../lambda/employee/dev/find-server';
import { type ServerProcess, startServer } from '../../../lambda/employee/dev/mariadb-process';

/** A server that a test may kill, encrypt or make read-only. */
export async function startPrivateServer(extra: readonly string[] = []): Promise<ServerProcess> {
  const failures: string[] = [];
  const binary = await privateServerBinary(() => undefined, failures);
  if (!binary) {
    throw new Error(
      `These tests kill and restart a database server, so they need a program to start: ${failures.join('; ')}.`,
    );
  }
  return startServer(binary, extra);
}
