import { resourceName } from '@wa-ml/config';
import { CapabilityStack, SpendBudget, type Foundation, type StackSubject } from '@wa-ml/constructs';
import type { Construct } from 'constructs';

/** The monthly budget of an environment and, in production, of each endpoint. */
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
    if (environment.tier !== 'production') return;
    for (const model of Object.values(configuration.models)) {
      const endpoint = resourceName(configuration, model.name, environment.name);
      new SpendBudget(this, `Endpoint-${model.name}`, {
        budgetName: `${endpoint}-endpoint`,
        monthlyUsd: model.budgetUsd,
        tags: { endpoint },
        ...told,
      });
    }
  }
}
