import { planTemplates, type Capability } from '../../capability';
import { repositoryVariables } from '../../variables';

/** The stack of the budgets. */
export const cost: Capability = {
  word: 'cost',
  applies: () => true,
  plan: (context) => planTemplates(context, 'cost', repositoryVariables(context)),
};
