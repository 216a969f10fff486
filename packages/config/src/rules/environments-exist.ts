import { nearest } from '../nearest';
import type { Rule } from './rule';

/** At least one environment, and every environment that is named somewhere exists. */
export const environmentsExist: Rule = {
  id: 'environments-exist',
  check: (configuration, written) => {
    const known = Object.keys(configuration.environments);
    if (known.length === 0) {
      return [
        {
          path: ['environments'],
          what: 'there is no environment.',
          why: 'Every stack is deployed to one.',
          instead:
            '"dev": { "tier": "development", "account": "111111111111", "region": "eu-west-1" }',
        },
      ];
    }
    const named: { path: readonly string[]; name: string }[] = [
      { path: ['trainingEnvironment'], name: configuration.trainingEnvironment },
      ...Object.entries(written.models).flatMap(([model, { environments }]) =>
        Object.keys(environments ?? {}).map((name) => ({
          path: ['models', model, 'environments', name],
          name,
        })),
      ),
    ];
    return named
      .filter(({ name }) => !known.includes(name))
      .map(({ path, name }) => missing(path, name, known));
  },
};

function missing(path: readonly string[], name: string, known: readonly string[]) {
  return {
    path,
    what: `there is no environment "${name}".`,
    why: `\`environments\` has ${known.join(', ')}.`,
    instead: nearest(name, known) ?? known.join(', '),
  };
}
