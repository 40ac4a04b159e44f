import { type Json, id, list, operation, ref } from '../operation';

const decision = (operationId: string, summary: string): Json => ({
  parameters: [id('leave')],
  put: operation(operationId, {
    summary: `${summary}; a decision is not turned around`,
    answer: 'The leave with its new status.',
    schema: ref('Leave'),
    notFound: true,
    conflict: true,
  }),
});

export const LEAVE_PATHS: Json = {
  '/leaves': {
    post: operation('requestLeave', {
      summary: 'Ask for leave',
      body: 'NewLeave',
      keyed: true,
      answer: 'The leave, pending.',
      schema: ref('Leave'),
      notFound: true,
    }),
  },
  '/leaves/{id}': {
    parameters: [id('employee')],
    get: operation('listLeaves', {
      summary: 'Leaves of an employee, newest first',
      query: 'pageQuery',
      answer: 'A page of leaves.',
      schema: list('Leave'),
      paged: true,
      notFound: true,
    }),
  },
  '/leaves/balance/{id}': {
    parameters: [id('employee')],
    get: operation('getLeavesBalance', {
      summary: 'The balance less the leaves that were approved here',
      answer: 'The balance.',
      schema: ref('LeavesBalance'),
      notFound: true,
    }),
  },
  '/leaves/{id}/approve': decision('approveLeave', 'Approve a leave'),
  '/leaves/{id}/reject': decision('rejectLeave', 'Reject a leave'),
};
