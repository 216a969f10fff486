import type { MlRule } from '../../ml-rule';
import { textAt } from '../../reading';

export const notebookMetadataService: MlRule = {
  id: 'notebook-metadata-service',
  policy: 'SEC-4',
  resources: ['AWS::SageMaker::NotebookInstance'],
  what: 'The notebook answers the first version of the metadata service.',
  why: 'A page or a package that makes it fetch one address gets the credentials of its role; version 2 asks for a token first.',
  check: ({ properties }) =>
    textAt(
      properties,
      ...['InstanceMetadataServiceConfiguration', 'MinimumInstanceMetadataServiceVersion'],
    ) === '2',
};
