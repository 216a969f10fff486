export {
  dataPipelineGenerator,
  type DataPipelineGeneratorOptions,
} from './data-pipeline/generator';
export { endpointGenerator, type EndpointGeneratorOptions } from './endpoint/generator';
export { environmentGenerator, type EnvironmentGeneratorOptions } from './environment/generator';
export { modelGenerator, type ModelGeneratorOptions } from './model/generator';
export { removeModelGenerator, type RemoveModelGeneratorOptions } from './remove-model/generator';
export { renameModelGenerator, type RenameModelGeneratorOptions } from './rename-model/generator';
export { syncGenerator } from './sync/generator';
