import { planTemplates, type Capability } from '../../capability';
import { repositoryVariables } from '../../variables';

/** The stack of each model’s endpoint, and the runbooks of its alarms. */
export const serving: Capability = {
  word: 'serving',
  applies: () => true,
  plan: (context) => planTemplates(context, 'serving', repositoryVariables(context)),
};
