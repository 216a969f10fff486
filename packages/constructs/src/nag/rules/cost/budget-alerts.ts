import { cost } from '@wa-ml/config';
import type { MlRule } from '../../ml-rule';
import { listAt, numberAt, textAt } from '../../reading';

export const budgetAlerts: MlRule = {
  id: 'budget-alerts',
  policy: 'COST-1',
  resources: ['AWS::Budgets::Budget'],
  what: 'The budget does not tell in time.',
  why: 'Alerts at 50, 80 and 100 % of what is spent, and when the forecast reaches 100 %, each to somebody.',
  check({ properties }) {
    const told = listAt(properties, 'NotificationsWithSubscribers')
      .filter((entry) => listAt(entry, 'Subscribers').length > 0)
      .map(
        (entry) =>
          `${textAt(entry, 'Notification', 'NotificationType')} ${numberAt(entry, 'Notification', 'Threshold')}`,
      );
    const wanted = [
      ...cost.budgetAlerts.actualPercent.map((percent) => `ACTUAL ${percent}`),
      ...cost.budgetAlerts.forecastPercent.map((percent) => `FORECASTED ${percent}`),
    ];
    return wanted.filter((alert) => !told.includes(alert));
  },
};
