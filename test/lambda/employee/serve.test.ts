import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { kim, serverUrl } from './support';

const root = join(__dirname, '../../..');

async function serve(env: Record<string, string>): Promise<{ child: ChildProcess; said: () => string; base: string }> {
  const child = spawn(process.execPath, ['-r', './bin/register.js', 'lambda/employee/dev/serve.ts'], {
    cwd: root,
    env: { ...process.env, PORT: '0', ...env },
  });
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  while (!/employee service: http|did not start/.test(text)) {
    await Promise.race([once(child.stderr!, 'data'), once(child, 'exit')]);
    if (child.exitCode !== null) break;
  }
  return { child, said: () => text, base: /http:\/\/[\d.:]+/.exec(text)?.[0] ?? '' };
}

const databases = async () => {
  const connection = await createConnection(serverUrl());
  const [rows] = await connection.query("SHOW DATABASES LIKE 'erp\\_%'");
  await connection.end();
  return (rows as object[]).map((row) => Object.values(row)[0] as string);
};

test.each(['SIGINT', 'SIGTERM'] as const)(
  'npm run employee finds a database, serves, and leaves nothing on %s',
  async (signal) => {
    const { child, said, base } = await serve({ ERP_TEST_DB_URL: serverUrl() });
    expect(said()).toContain('database: the server that ERP_TEST_DB_URL names');
    const token = await (await fetch(`${base}/dev/token?email=admin@example.com&groups=admins`)).text();
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const added = await fetch(`${base}/api/employees`, { method: 'POST', headers, body: JSON.stringify(kim) });
    expect([added.status, added.headers.get('location')]).toEqual([201, '/api/employees/1']);
    const found = await fetch(`${base}/employees?department=${encodeURIComponent(kim.department)}`);
    expect(await found.json()).toEqual([expect.objectContaining(kim)]);
    const large = await fetch(`${base}/employees`, { method: 'POST', headers, body: 'x'.repeat(2_000_000) });
    expect(large.status).toBe(413);
    const before = await databases();
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(before.length - (await databases()).length).toBeGreaterThanOrEqual(1);
  },
);

test('npm run employee says what is wrong when it cannot start', async () => {
  const { child, said } = await serve({ DATABASE_URL: 'mysql://nobody@127.0.0.1:1/none' });
  if (child.exitCode === null) await once(child, 'exit');
  expect([child.exitCode, said()]).toEqual([1, expect.stringContaining('the employee service did not start')]);
});
