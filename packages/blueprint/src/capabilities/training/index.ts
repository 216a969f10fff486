import { planTemplates, type Capability } from '../../capability';
import { repositoryVariables } from '../../variables';

/** The stack of each model’s registry, roles and pipeline. */
export const training: Capability = {
  word: 'training',
  applies: () => true,
  plan: (context) => planTemplates(context, 'training', repositoryVariables(context)),
};
