import { planTemplates, type Capability } from '../../capability';
import { repositoryVariables } from '../../variables';

/** Root files that are not projen's: the README and `.projenrc.ts`. */
export const workspace: Capability = {
  word: 'workspace',
  applies: () => true,
  plan: (context) => planTemplates(context, 'workspace', repositoryVariables(context)),
};
