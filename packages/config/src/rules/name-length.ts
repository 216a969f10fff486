import { limits } from '../limits';
import { resourceName } from '../naming';
import type { Rule } from './rule';

/** `<repo>-<model>-<environment>` names endpoints and model package groups: 63 characters at most. */
export const nameLength: Rule = {
  id: 'name-length',
  check: (configuration) =>
    Object.keys(configuration.models).flatMap((model) => {
      const longest = Object.keys(configuration.environments).sort(
        (left, right) => right.length - left.length,
      )[0];
      const name = resourceName(configuration, model, longest ?? '');
      const over = name.length - limits.sageMakerName.maxLength;
      return over <= 0
        ? []
        : [
            {
              path: ['models', model],
              what: `the endpoint would be named "${name}", which has ${name.length} characters.`,
              why: `SageMaker allows ${limits.sageMakerName.maxLength} in endpoint and model package group names.`,
              instead: `a repository, model or environment name that is ${over} characters shorter`,
            },
          ];
    }),
};
