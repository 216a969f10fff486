export { createNodesV2, name } from './plugin/create-nodes';
export { modelGenerator, type ModelGeneratorOptions } from './generators/model/generator';
export { syncGenerator } from './generators/sync/generator';
