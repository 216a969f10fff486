import { dataPipelineOptions } from './generators/data-pipeline/options';
import { endpointOptions } from './generators/endpoint/options';
import { environmentOptions } from './generators/environment/options';
import { modelOptions } from './generators/model/options';
import { removeModelOptions } from './generators/remove-model/options';
import { renameModelOptions } from './generators/rename-model/options';
import type { OptionsSchema } from './option-schema';

/** The options of every generator that has some; `npm run build` writes each to schemas/<name>.json. */
export const options: Readonly<Record<string, OptionsSchema>> = {
  model: modelOptions,
  'data-pipeline': dataPipelineOptions,
  endpoint: endpointOptions,
  environment: environmentOptions,
  'remove-model': removeModelOptions,
  'rename-model': renameModelOptions,
};
