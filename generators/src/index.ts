export { createNodesV2, name } from './plugin/create-nodes';
export { endpointGenerator, type EndpointGeneratorOptions } from './generators/endpoint/generator';
export {
  environmentGenerator,
  type EnvironmentGeneratorOptions,
} from './generators/environment/generator';
export { modelGenerator, type ModelGeneratorOptions } from './generators/model/generator';
export {
  removeModelGenerator,
  type RemoveModelGeneratorOptions,
} from './generators/remove-model/generator';
export {
  renameModelGenerator,
  type RenameModelGeneratorOptions,
} from './generators/rename-model/generator';
export { syncGenerator } from './generators/sync/generator';
