/** Another way to write the same three routes, with mysql2's pool as it is published. */
export interface Peer {
  readonly name: string;
  /** Installed on demand, into a folder of their own. */
  readonly packages: readonly string[];
  /** An ES module that exports `handler`; it goes behind PRELUDE. */
  readonly source: string;
}

export const PRELUDE = `
import mysql from 'mysql2/promise';
const pool = mysql.createPool({ uri: process.env.DATABASE_URL, connectionLimit: 1, dateStrings: true });
const columns = 'id, name, email, department, position, annual_leave_balance, attendance_count, created_at';
const show = (r) => ({ id: r.id, name: r.name, email: r.email, department: r.department, position: r.position,
  annualLeaveBalance: Number(r.annual_leave_balance), attendanceCount: r.attendance_count,
  createdAt: r.created_at && r.created_at.slice(0, 23).replace(' ', 'T') + 'Z' });
const one = async (id) => {
  const [[row]] = await pool.execute('SELECT ' + columns + ' FROM employees WHERE id = ?', [id]);
  return row && show(row);
};
const list = async (department) => {
  const [rows] = await pool.execute(
    'SELECT ' + columns + ' FROM employees WHERE department = ? AND id > ? ORDER BY id LIMIT ?', [department, 0, '501']);
  return rows.map(show);
};
const add = async ({ name, email = null, department, position }) => {
  const createdAt = new Date().toISOString();
  const [result] = await pool.execute(
    'INSERT INTO employees (name, email, department, position, annual_leave_balance, leave_used, attendance_count, created_at) VALUES (?, ?, ?, ?, 0, 0, 0, ?)',
    [name, email, department, position, createdAt.slice(0, 23).replace('T', ' ')]);
  return { id: result.insertId, name, email, department, position, annualLeaveBalance: 0, attendanceCount: 0, createdAt };
};
`;

export const PEERS: readonly Peer[] = [
  {
    name: 'Hono',
    packages: ['hono@4'],
    source: `
import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
const app = new Hono();
app.get('/employees/:id', async (c) => {
  const found = await one(c.req.param('id'));
  return found ? c.json(found) : c.json({ error: 'none' }, 404);
});
app.get('/employees', async (c) => c.json(await list(c.req.query('department'))));
app.post('/employees', async (c) => c.json(await add(await c.req.json()), 201));
export const handler = handle(app);`,
  },
  {
    name: 'Express + serverless-http',
    packages: ['express@5', 'serverless-http@4'],
    source: `
import express from 'express';
import serverless from 'serverless-http';
const app = express();
app.use(express.json());
app.get('/employees/:id', async (q, r) => {
  const found = await one(q.params.id);
  if (found) r.json(found); else r.status(404).json({ error: 'none' });
});
app.get('/employees', async (q, r) => r.json(await list(q.query.department)));
app.post('/employees', async (q, r) => r.status(201).json(await add(q.body)));
export const handler = serverless(app);`,
  },
  {
    name: 'Fastify + @fastify/aws-lambda',
    packages: ['fastify@5', '@fastify/aws-lambda@6'],
    source: `
import fastify from 'fastify';
import lambda from '@fastify/aws-lambda';
const app = fastify();
app.get('/employees/:id', async (q, r) => (await one(q.params.id)) ?? r.code(404).send({ error: 'none' }));
app.get('/employees', (q) => list(q.query.department));
app.post('/employees', async (q, r) => r.code(201).send(await add(q.body)));
export const handler = lambda(app);`,
  },
  {
    name: 'Powertools router + logger',
    packages: ['@aws-lambda-powertools/event-handler@2', '@aws-lambda-powertools/logger@2'],
    source: `
import { Router } from '@aws-lambda-powertools/event-handler/http';
import { Logger } from '@aws-lambda-powertools/logger';
const logger = new Logger({ serviceName: 'employee' });
const app = new Router();
app.get('/employees/:id', async ({ params }) => (await one(params.id)) ?? new Response('{"error":"none"}', { status: 404 }));
app.get('/employees', ({ req }) => list(new URL(req.url).searchParams.get('department')));
app.post('/employees', async ({ req }) => Response.json(await add(await req.json()), { status: 201 }));
export const handler = async (event, context) => {
  const result = await app.resolve(event, context);
  logger.info('call', { status: result.statusCode });
  return result;
};`,
  },
  {
    name: 'plain handler + kysely',
    packages: ['kysely@0.28'],
    source: `
import { Kysely, MysqlDialect } from 'kysely';
import { createPool } from 'mysql2';
const db = new Kysely({ dialect: new MysqlDialect({ pool: createPool({ uri: process.env.DATABASE_URL, connectionLimit: 1, dateStrings: true }) }) });
const json = (statusCode, body) => ({ statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), isBase64Encoded: false });
export const handler = async (event) => {
  const table = db.selectFrom('employees').select(columns.split(', '));
  if (event.requestContext.http.method === 'POST') {
    const { name, email = null, department, position } = JSON.parse(event.body);
    const createdAt = new Date().toISOString();
    const result = await db.insertInto('employees').values({ name, email, department, position, annual_leave_balance: 0, leave_used: 0, attendance_count: 0, created_at: createdAt.slice(0, 23).replace('T', ' ') }).executeTakeFirst();
    return json(201, { id: Number(result.insertId), name, email, department, position, annualLeaveBalance: 0, attendanceCount: 0, createdAt });
  }
  const id = event.rawPath.split('/')[2];
  if (id) {
    const row = await table.where('id', '=', Number(id)).executeTakeFirst();
    return row ? json(200, show(row)) : json(404, { error: 'none' });
  }
  const department = new URLSearchParams(event.rawQueryString).get('department');
  return json(200, (await table.where('department', '=', department).orderBy('id').limit(501).execute()).map(show));
};`,
  },
];
