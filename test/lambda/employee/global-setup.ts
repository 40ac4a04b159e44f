import { type FoundServer, findServer } from '../../../lambda/employee/dev/find-server';

/** One database server for all test files, each of which makes databases of its own on it. */
export default async function setup(): Promise<void> {
  const server = await findServer((line) => process.stderr.write(`${line}\n`));
  process.env.ERP_EMPLOYEE_TEST_SERVER = server.url;
  (globalThis as { employeeTestServer?: FoundServer }).employeeTestServer = server;
}
