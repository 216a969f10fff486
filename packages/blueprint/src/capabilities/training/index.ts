import { stepGraph, stepGraphPath } from '@wa-ml/config';
import { planTemplates, type Capability } from '../../capability';
import { jsonFile } from '../../planned-file';
import { repositoryVariables } from '../../variables';

/** The step graph of every model’s training, and the stack of each model’s registry, roles and pipeline. */
export const training: Capability = {
  word: 'training',
  applies: () => true,
  plan: (context) => [
    ...planTemplates(context, 'training', repositoryVariables(context)),
    jsonFile(stepGraphPath, 'managed', stepGraph),
  ],
};
