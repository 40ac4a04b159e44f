import { LIMITS } from '../limits';
import { type Json, days, id, list, object, operation } from '../operation';

const whole = (description: string): Json => ({ type: 'integer', description });

export const ATTENDANCE_PATHS: Json = {
  '/attendance/check-in/{id}': {
    parameters: [id('employee')],
    post: operation('checkIn', {
      summary: `Check in; every ${LIMITS.checkIns}th time earns a day of leave. A second time on a day of Seoul changes nothing`,
      keyed: true,
      answer: 'The count after it.',
      schema: object({
        attendanceCount: whole('Of all days.'),
        questProgress: { type: 'number', description: `Percent of the next ${LIMITS.checkIns}.` },
        rewardEarned: { type: 'boolean' },
        currentLeaveBalance: days('Days.'),
      }),
      notFound: true,
    }),
  },
  '/attendance/history/{id}': {
    parameters: [id('employee')],
    get: operation('listAttendance', {
      summary: 'Check-ins, newest first',
      query: 'pageQuery',
      answer: 'A page of check-ins.',
      schema: list('Attendance'),
      paged: true,
      notFound: true,
    }),
  },
  '/attendance/progress/{id}': {
    parameters: [id('employee')],
    get: operation('getProgress', {
      summary: 'How far the next day of leave is',
      answer: 'The progress.',
      schema: object({
        attendanceCount: whole('Since the last reward.'),
        targetCount: whole('For a reward.'),
        progress: { type: 'number', description: 'Percent.' },
        nextRewardAt: whole('Count of all days at which the next reward comes.'),
      }),
      notFound: true,
    }),
  },
};
