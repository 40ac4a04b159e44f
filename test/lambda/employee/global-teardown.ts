import { type FoundServer } from '../../../lambda/employee/dev/find-server';

export default async function teardown(): Promise<void> {
  await (globalThis as { employeeTestServer?: FoundServer }).employeeTestServer?.stop();
}
