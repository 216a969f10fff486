import { planTemplates, type Capability } from '../../capability';
import { jsonFile } from '../../planned-file';
import { repositoryVariables } from '../../variables';
import { ciWorkflow } from './ci';
import { deployWorkflow } from './deploy';
import { deployTargets } from './deploy-target';

/** Releases and the workflows that carry them from environment to environment. */
export const delivery: Capability = {
  word: 'delivery',
  applies: () => true,
  plan: (context) => [
    ...planTemplates(context, 'delivery', {
      ...repositoryVariables(context),
      targets: deployTargets(context.configuration),
    }),
    ciWorkflow(context.configuration),
    deployWorkflow(context.configuration),
    // Seeded: promotion writes into them, and a Git revert of them is a rollback.
    ...Object.keys(context.configuration.environments).map((name) =>
      jsonFile(`releases/${name}.json`, 'seeded', {}),
    ),
  ],
};
