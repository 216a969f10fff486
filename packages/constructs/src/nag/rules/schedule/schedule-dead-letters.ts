import type { MlRule } from '../../ml-rule';
import { isGiven } from '../../reading';

export const scheduleDeadLetters: MlRule = {
  id: 'schedule-dead-letters',
  policy: 'REL-6',
  resources: ['AWS::Scheduler::Schedule'],
  what: 'A start that fails is lost.',
  why: 'After its retries the scheduler drops the event; a dead-letter queue keeps it, and its alarm tells.',
  check: ({ properties }) => isGiven(properties, 'Target', 'DeadLetterConfig', 'Arn'),
};
