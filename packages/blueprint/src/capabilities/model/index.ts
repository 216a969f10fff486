import {
  isProgram,
  stepOptionsOf,
  trainingHyperparameters,
  type NormalisedModel,
} from '@wa-ml/config';
import { flavourParts, foldersOf } from '../../flavour-parts';
import { planTemplates, type Capability, type PlanContext } from '../../capability';
import { jsonFile, type PlannedFile } from '../../planned-file';
import { describedFor } from '../../rows-of-data';
import { modelVariables } from '../../variables';

/** A model's own project: what every model has, what its flavour has, and its data module. */
export const model: Capability = {
  word: 'model',
  applies: () => true,
  plan: (context) =>
    Object.values(context.configuration.models).flatMap((one) => planModel(context, one)),
};

function planModel(context: PlanContext, one: NormalisedModel): PlannedFile[] {
  const folders = foldersOf(one.flavour, one.data !== undefined).map((folder) => `model/${folder}`);
  const files = ['model', ...folders].flatMap((folder) =>
    planTemplates(context, folder, modelVariables(context, one)),
  );
  files.push(settingsFile(one, context.configuration.trainingEnvironment));
  if (!one.data) return files;
  // Seeded, so only the first writing counts: later runs need no data at hand.
  const inferred = Object.hasOwn(context.schemas, one.name) ? context.schemas[one.name] : undefined;
  const columns = inferred
    ? describedFor[flavourParts[one.flavour].rows](inferred)
    : { version: 1, ...one.data, task: 'classification', rows: 0, columns: [] };
  const described = jsonFile(`models/${one.name}/columns.json`, 'seeded', columns);
  return [...files, { ...described, fromData: true }];
}

/**
 * What wa-ml.json means for one model, every default filled: a change of it shows in a review environment by environment,
 * and as a file of the model's own it makes `nx affected` choose this model and no other.
 */
function settingsFile(one: NormalisedModel, trainingEnvironment: string): PlannedFile {
  const training = one.in[trainingEnvironment]?.training;
  const options = stepOptionsOf(one);
  return jsonFile(`models/${one.name}/settings.json`, 'managed', {
    '//': 'What wa-ml.json says of this model, with every default. Change it there.',
    flavour: one.flavour,
    ...(isProgram(one.flavour) ? {} : { optimise: one.optimise }),
    // What the local pipeline gives its steps, as SageMaker gives it to its jobs.
    options,
    hyperparameters: training ? trainingHyperparameters(training, options) : {},
    ...(one.tuning ? { tuning: one.tuning } : {}),
    environments: one.in,
  });
}
