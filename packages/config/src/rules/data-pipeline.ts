import { datasetsOf, dataStages } from '../data-settings';
import { flavours, flavourTraits } from '../flavours';
import { nearest } from '../nearest';
import type { NormalisedConfiguration } from '../normalise';
import type { Problem } from '../problems';
import type { Rule } from './rule';

type Found = Omit<Problem, 'rule'>;
/** A stack holds 500 resources (CloudFormation), and a dataset has about 30. */
const mostDatasets = 10;
/** Flavours that read a table; the others read files of their own kinds. */
const ofTables = flavours.filter((flavour) => flavourTraits[flavour].readsTables);
const at = (...path: readonly string[]): readonly string[] => ['data', 'datasets', ...path];

/** Datasets name models that are there and read tables, each model has one, and no name meets another. */
export const dataPipeline: Rule = {
  id: 'data-pipeline',
  check: (configuration, written) => {
    if (configuration.data.pipeline)
      return [
        ...ofDatasets(configuration),
        ...ofModels(configuration),
        ...ofFolders(configuration),
      ];
    return Object.keys(written.data?.datasets ?? {}).length === 0
      ? []
      : [
          {
            path: at(),
            what: 'there are datasets, and no pipeline.',
            why: 'Datasets are what the data pipeline takes in; without it nobody looks at them.',
            instead: '"pipeline": true beside them, or leave them out',
          },
        ];
  },
};

function ofDatasets(configuration: NormalisedConfiguration): Found[] {
  const count = datasetsOf(configuration).length;
  if (count > 0 && count <= mostDatasets) return [];
  return [
    {
      path: at(),
      what: count === 0 ? 'there is no dataset.' : `there are ${count} datasets.`,
      why:
        count === 0
          ? 'A pipeline needs one; without `datasets` each model with data of its own is one, and there is none.'
          : `More than ${mostDatasets} pass what one CloudFormation stack holds (500 resources).`,
      instead:
        count === 0
          ? '"customers": { "models": ["churn"] }, or leave the pipeline out'
          : 'another repository for the rest',
    },
  ];
}

function ofModels(configuration: NormalisedConfiguration): Found[] {
  const known = Object.keys(configuration.models);
  const reader = new Map<string, string>();
  return datasetsOf(configuration).flatMap(({ name, models }) =>
    models.flatMap((model): Found[] => {
      const path = at('datasets', name, 'models');
      const settings = Object.hasOwn(configuration.models, model)
        ? configuration.models[model]
        : undefined;
      if (!settings)
        return [
          {
            path,
            what: `there is no model "${model}".`,
            why: `\`models\` has ${known.join(', ') || 'none'}.`,
            instead: nearest(model, known) ?? (known.join(', ') || 'leave it out'),
          },
        ];
      const other = reader.get(model);
      reader.set(model, name);
      if (other !== undefined)
        return [
          {
            path,
            what: `${model} learns from ${other} already.`,
            why: 'A model is trained on one dataset: its version is the version of the data.',
            instead: `${model} in one of them`,
          },
        ];
      if (!flavourTraits[settings.flavour].readsTables)
        return [
          {
            path,
            what: `${model} is a ${settings.flavour}, which reads no table.`,
            why: `The pipeline writes tables, for ${ofTables.join(', ')}.`,
            instead: 'another model, or leave it out',
          },
        ];
      if (!settings.data)
        return [
          {
            path,
            what: `${model} is trained on a dataset that ships in a package.`,
            why: 'It would never read what is delivered: only a model with `data` reads data of its own.',
            instead: `"data": { "file": "data/${name}.csv", "target": "<column>" } in models.${model}`,
          },
        ];
      return [];
    }),
  );
}

/** Models and stages are folders side by side in the data bucket, and deliveries of one must not be the other's. */
function ofFolders(configuration: NormalisedConfiguration): Found[] {
  return Object.keys(configuration.models)
    .filter((model) => (dataStages as readonly string[]).includes(model))
    .map((model) => ({
      path: ['models', model],
      what: `a model cannot be called "${model}" where there is a data pipeline.`,
      why: `The pipeline keeps its own data below ${model}/ in the data bucket, where the model's would be.`,
      instead: `another name, e.g. "${model}-model"`,
    }));
}
