import { planTemplates, type Capability } from '../../capability';
import { jsonFile } from '../../planned-file';
import { repositoryVariables } from '../../variables';

/** Releases and the workflows that carry them from environment to environment. */
export const delivery: Capability = {
  word: 'delivery',
  applies: () => true,
  plan: (context) => [
    ...planTemplates(context, 'delivery', repositoryVariables(context)),
    // Seeded: promotion writes into them, and a Git revert of them is a rollback.
    ...Object.keys(context.configuration.environments).map((name) => jsonFile(`releases/${name}.json`, 'seeded', {})),
  ],
};
