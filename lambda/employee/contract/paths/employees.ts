import { type Json, days, id, list, object, operation, ref } from '../operation';

const said = { message: { type: 'string' } };

export const EMPLOYEE_PATHS: Json = {
  '/employees': {
    get: operation('listEmployees', {
      summary: 'Employees, by id; or the one with an e-mail address, whatever its case',
      query: 'listQuery',
      answer: 'A page of employees.',
      schema: list('Employee'),
      paged: true,
    }),
    post: operation('createEmployee', {
      summary: 'Add an employee; everybody but administrators adds himself alone',
      body: 'NewEmployee',
      keyed: true,
      status: 201,
      answer: 'The employee that was added.',
      unchanged: "The caller's own row, which was there already.",
      schema: ref('Employee'),
      headers: ['Location'],
    }),
  },
  '/employees/me': {
    get: operation('getOwnEmployee', {
      summary: "The caller's own row, made with the first call of it",
      answer: 'The employee.',
      schema: ref('Employee'),
    }),
  },
  '/employees/team': {
    get: operation('listTeam', {
      summary: 'The members of a department with their leave',
      query: 'teamQuery',
      answer: 'A page of members, by id.',
      schema: list('TeamMember'),
      paged: true,
    }),
  },
  '/employees/{id}': {
    parameters: [id('employee')],
    get: operation('getEmployee', {
      summary: 'One employee',
      answer: 'The employee.',
      schema: ref('Employee'),
      notFound: true,
    }),
    put: operation('changeEmployee', {
      summary: 'Change what is given, keep the rest',
      body: 'EmployeeChange',
      answer: 'The employee as it is now.',
      schema: ref('Employee'),
      notFound: true,
      conflict: true,
    }),
    delete: operation('deleteEmployee', {
      summary: 'Remove an employee; the record of the leave stays',
      answer: 'Removed.',
      notFound: true,
    }),
  },
  '/employees/{id}/leave-balance': {
    parameters: [id('employee')],
    get: operation('getLeaveBalance', {
      summary: 'The leave granted and the leave that remains',
      answer: 'The balance.',
      schema: ref('LeaveBalance'),
      notFound: true,
    }),
    put: operation('adjustLeaveBalance', {
      summary: 'Grant leave, or take it away; never below zero',
      body: 'LeaveAdjustment',
      keyed: true,
      answer: 'The new balance.',
      schema: object({ newBalance: days('Days.'), ...said }),
      notFound: true,
    }),
  },
  '/employees/{id}/leave-changes': {
    parameters: [id('employee')],
    get: operation('listLeaveChanges', {
      summary: 'Who has changed the balance, by how much and why, newest first; also of an employee who was removed',
      query: 'pageQuery',
      answer: 'A page of changes.',
      schema: list('LeaveChange'),
      paged: true,
      notFound: true,
    }),
  },
  '/employees/{id}/deduct-leave': {
    parameters: [id('employee')],
    post: operation('deductLeave', {
      summary: 'Use leave that was approved',
      body: 'LeaveDeduction',
      keyed: true,
      answer: 'What remains.',
      schema: object({ remainingLeave: days('Days.'), ...said }),
      notFound: true,
    }),
  },
};
