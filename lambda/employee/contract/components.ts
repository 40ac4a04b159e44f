import { type Json, days, object } from './operation';
import { type ObjectSchema, SCHEMAS } from './schemas';

/** A schema with every description made a sentence of its own, and the fields' types as they are. */
function component(schema: ObjectSchema): Json {
  const properties = Object.entries(schema.properties).map(([name, field]) => [
    name,
    { ...field, description: `Must be ${field.description}.` },
  ]);
  return { ...schema, properties: Object.fromEntries(properties) };
}

const whole: Json = { type: 'integer' };
const text: Json = { type: 'string' };
const textOrNull: Json = { type: ['string', 'null'] };
const time: Json = {
  type: ['string', 'null'],
  format: 'date-time',
  description: 'UTC; null where it was never recorded.',
};
const oneOf = (...values: string[]): Json => ({ type: 'string', enum: values });
const progress = oneOf('IN_PROGRESS', 'WAITING_APPROVAL', 'APPROVED', 'REJECTED', 'CLAIMED');
const quest = { id: whole, title: text, rewardDays: days('Days of leave that it earns.') };

export const COMPONENTS: Json = {
  NewEmployee: component(SCHEMAS.newEmployee),
  EmployeeChange: component(SCHEMAS.employeeChange),
  LeaveAdjustment: component(SCHEMAS.leaveAdjustment),
  LeaveDeduction: component(SCHEMAS.leaveDeduction),
  NewLeave: component(SCHEMAS.newLeave),
  NewQuest: component(SCHEMAS.newQuest),
  QuestActor: component(SCHEMAS.questActor),
  QuestDecision: component(SCHEMAS.questDecision),
  Employee: object({
    id: whole,
    name: text,
    email: textOrNull,
    department: text,
    position: text,
    annualLeaveBalance: days('Days of leave that remain.'),
    attendanceCount: whole,
    createdAt: time,
  }),
  TeamMember: object({ id: whole, name: text, position: text, leaveBalance: days('Days of leave that remain.') }),
  LeaveBalance: object({
    totalLeave: days('Days granted: what remains and what was deducted.'),
    remainingLeave: days('Days that remain.'),
  }),
  LeaveChange: object({
    id: whole,
    employeeId: whole,
    days: days('Added; negative when taken away.'),
    balance: days('After the change.'),
    kind: oneOf('adjustment', 'deduction', 'attendance', 'quest', 'deletion'),
    reason: textOrNull,
    changedBy: { type: 'string', description: 'Id of the account in the user pool, or `service`.' },
    role: oneOf('employee', 'manager', 'administrator', 'service'),
    idempotencyKey: textOrNull,
    changedAt: time,
  }),
  Attendance: object({
    id: whole,
    employeeId: whole,
    checkInTime: time,
    checkOutTime: time,
    workHours: { type: ['number', 'null'] },
    status: oneOf('IN_PROGRESS', 'COMPLETED'),
    createdAt: time,
  }),
  Leave: object({
    id: whole,
    employeeId: whole,
    startDate: { type: 'string', format: 'date' },
    endDate: { type: 'string', format: 'date' },
    days: days('Days.'),
    reason: textOrNull,
    status: oneOf('PENDING', 'APPROVED', 'REJECTED'),
    createdAt: time,
  }),
  LeavesBalance: object({
    totalLeave: days('The balance.'),
    usedLeave: days('Days of the leaves that were approved here.'),
    remainingLeave: days('What is left of the balance.'),
  }),
  Quest: object({
    ...quest,
    description: textOrNull,
    department: text,
    createdBy: { type: ['integer', 'null'] },
    createdByName: text,
    status: oneOf('AVAILABLE'),
    progressList: {
      type: 'array',
      items: object({ id: whole, employeeId: whole, employeeName: text, status: progress }),
    },
  }),
  OpenQuest: object({ ...quest, description: textOrNull, status: oneOf('AVAILABLE') }),
  OwnQuest: object({ ...quest, questId: whole, status: progress }),
  CreatedQuest: object({
    ...quest,
    acceptedBy: { type: 'string', description: 'Who waits or came first; empty for nobody.' },
    status: oneOf('AVAILABLE', 'WAITING_APPROVAL'),
  }),
  Message: object({ message: text }),
  Health: object({ status: oneOf('up'), database: oneOf('up'), version: text }),
  Error: {
    type: 'object',
    properties: {
      error: { type: 'string', description: 'What is wrong and what is allowed.' },
      details: { type: 'array', items: object({ field: text, message: text }) },
    },
    required: ['error', 'details'],
  },
};
