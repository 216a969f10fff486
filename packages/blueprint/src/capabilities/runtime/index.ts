import { planTemplates, type Capability } from '../../capability';
import { repositoryVariables } from '../../variables';

/** `libs/ml-runtime`: the Python package that trains, evaluates and serves; verbatim. */
export const runtime: Capability = {
  word: 'runtime',
  applies: (configuration) => Object.keys(configuration.models).length > 0,
  plan: (context) => planTemplates(context, 'runtime', repositoryVariables(context)),
};
