import type { Rule } from './rule';

/** Nx projects that every repository has, and device names that Windows refuses as folders. */
const reserved = new Map<string, string>([
  ['infra', 'the CDK application is an Nx project of that name'],
  ['ml-runtime', 'the runtime is an Nx project of that name'],
  ['data-pipeline', 'the data pipeline is an Nx project of that name'],
  ...[
    ...['con', 'prn', 'aux', 'nul'],
    ...Array.from({ length: 10 }, (_, port) => [`com${port}`, `lpt${port}`]).flat(),
  ].map((device): [string, string] => [device, 'Windows has no folder of that name']),
]);

export const reservedNames: Rule = {
  id: 'reserved-names',
  check: (configuration) => [
    ...Object.keys(configuration.models).flatMap((model) => {
      const why =
        reserved.get(model) ??
        (model === configuration.name
          ? 'the repository itself is an Nx project of that name'
          : undefined);
      return why
        ? [
            {
              path: ['models', model],
              what: `a model cannot be called "${model}".`,
              why: `${why}.`,
              instead: `another name, e.g. "${model}-model"`,
            },
          ]
        : [];
    }),
  ],
};
