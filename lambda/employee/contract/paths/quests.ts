import { type Json, days, id, list, object, operation, ref } from '../operation';

const message = ref('Message');

const action = (operationId: string, summary: string, schema: Json = message): Json => ({
  parameters: [id('quest')],
  post: operation(operationId, {
    summary,
    body: 'QuestActor',
    keyed: true,
    answer: 'Done.',
    schema,
    notFound: true,
  }),
});

const decision = (operationId: string, summary: string): Json => ({
  parameters: [id('quest')],
  put: operation(operationId, {
    summary: `${summary} of the employee that the body names, or of whoever has waited longest`,
    body: 'QuestDecision',
    bodyRequired: false,
    keyed: true,
    answer: 'Done.',
    schema: message,
    notFound: true,
  }),
});

const own = (operationId: string, summary: string, query: 'employeeQuery' | 'managerQuery', name: string): Json => ({
  get: operation(operationId, {
    summary,
    query,
    answer: 'A page of quests.',
    schema: list(name),
    paged: true,
    notFound: true,
  }),
});

export const QUEST_PATHS: Json = {
  '/quests': {
    get: operation('listQuests', {
      summary: 'Quests with the people who accepted them, the latest 200 of each',
      query: 'questsQuery',
      answer: 'A page of quests.',
      schema: list('Quest'),
      paged: true,
    }),
    post: operation('createQuest', {
      summary: 'Open a quest for a department',
      body: 'NewQuest',
      keyed: true,
      answer: 'The quest.',
      schema: object({ id: { type: 'integer' }, message: { type: 'string' } }),
      notFound: true,
    }),
  },
  '/quests/available': own('listAvailable', "Open quests of an employee's department", 'employeeQuery', 'OpenQuest'),
  '/quests/my-quests': own('listMyQuests', 'Quests that an employee accepted', 'employeeQuery', 'OwnQuest'),
  '/quests/my-created': own('listMyCreated', 'Quests that a manager opened', 'managerQuery', 'CreatedQuest'),
  '/quests/{id}': {
    parameters: [id('quest')],
    delete: operation('deleteQuest', {
      summary: 'Close a quest; what people have earned with it stays',
      answer: 'Closed.',
      schema: message,
      notFound: true,
    }),
  },
  '/quests/{id}/accept': action('acceptQuest', 'Accept a quest of the own department'),
  '/quests/{id}/complete': action('completeQuest', 'Say that it is done, and wait for approval'),
  '/quests/{id}/claim': action(
    'claimReward',
    'Take the reward of an approved quest, once',
    object({ message: { type: 'string' }, newLeaveBalance: days('Days.') }),
  ),
  '/quests/{id}/approve': decision('approveQuest', 'Approve the work'),
  '/quests/{id}/reject': decision('rejectQuest', 'Reject the work'),
};
