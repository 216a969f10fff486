import { resourceName } from '@wa-ml/config';
import { CapabilityStack, SpendAnomalies, SpendBudget, type Foundation, type StackSubject } from '@wa-ml/constructs';
import type { Construct } from 'constructs';

/** The monthly budget of an environment and of each endpoint that has one, in production all of them; and what is unusual. */
export class CostStack extends CapabilityStack {
  constructor(scope: Construct, subject: StackSubject, foundation: Foundation) {
    super(scope, 'cost', subject);
    const { configuration, environment } = subject;
    const told = { owner: configuration.owner, topic: foundation.alarmTopic };
    new SpendBudget(this, 'Environment', {
      budgetName: `${configuration.name}-${environment.name}`,
      monthlyUsd: environment.budgetUsd,
      tags: { project: configuration.name, environment: environment.name },
      ...told,
    });
    for (const model of Object.values(configuration.models)) {
      const monthlyUsd = model.in[environment.name]?.endpoint.budgetUsd;
      if (monthlyUsd === undefined) continue;
      const endpoint = resourceName(configuration, model.name, environment.name);
      new SpendBudget(this, `Endpoint-${model.name}`, {
        budgetName: `${endpoint}-endpoint`,
        monthlyUsd,
        tags: { endpoint },
        ...told,
      });
    }
    // One for each account: it watches what the whole repository spends there.
    const inAccount = Object.values(configuration.environments).filter(({ account }) => account === environment.account);
    if (inAccount[0] !== environment) return;
    new SpendAnomalies(this, 'Anomalies', {
      name: `${configuration.name}-${environment.name}`,
      project: configuration.name,
      budgetUsd: inAccount.reduce((sum, { budgetUsd }) => sum + budgetUsd, 0),
      topic: foundation.alarmTopic,
    });
  }
}
