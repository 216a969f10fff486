// What Nx loads for the inferred targets, in every process that reads the project graph: it must load fast,
// so the generators, which load projen, are behind '@wa-ml/nx/generators'.
export { createNodesV2, name } from './plugin/create-nodes';
