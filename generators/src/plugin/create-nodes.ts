import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CreateNodesV2 } from '@nx/devkit'; // its code would take a third of a second to load
import { readConfiguration, type NormalisedConfiguration } from '@wa-ml/config';
import { dataPipelineProject } from './data-pipeline-targets';
import { infraProject, modelProject, runtimeProject } from './targets';

export const name = '@wa-ml/nx';

/** Infers the Nx projects and targets of a repository from its wa-ml.json: there are no project.json files to keep. */
export const createNodesV2: CreateNodesV2 = [
  '{wa-ml.json,models/*/pyproject.toml}',
  (files, _options, { workspaceRoot }) => {
    const configuration = files.includes('wa-ml.json') ? read(workspaceRoot) : undefined;
    return configuration ? [['wa-ml.json', { projects: projects(configuration) }]] : [];
  },
];

/** A half-written wa-ml.json must not take the whole project graph down: then there are no inferred projects. */
function read(root: string): NormalisedConfiguration | undefined {
  try {
    return readConfiguration(readFileSync(join(root, 'wa-ml.json'), 'utf8')).normalised;
  } catch {
    return undefined;
  }
}

function projects(configuration: NormalisedConfiguration) {
  return Object.fromEntries(
    [
      infraProject(),
      runtimeProject(configuration),
      ...(configuration.data.pipeline ? [dataPipelineProject()] : []),
      ...Object.values(configuration.models).map((model) => modelProject(model, configuration)),
    ].map((project) => [project.root, project]),
  );
}
