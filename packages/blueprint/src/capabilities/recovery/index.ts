import { planTemplates, type Capability } from '../../capability';
import { repositoryVariables } from '../../variables';

/** The stacks of copies and backups, and the plan for the loss of a region. */
export const recovery: Capability = {
  word: 'recovery',
  applies: () => true,
  plan: (context) => planTemplates(context, 'recovery', repositoryVariables(context)),
};
