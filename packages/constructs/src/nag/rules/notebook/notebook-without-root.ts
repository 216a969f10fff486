import type { MlRule } from '../../ml-rule';
import { at } from '../../reading';

export const notebookWithoutRoot: MlRule = {
  id: 'notebook-without-root',
  policy: 'SEC-4',
  resources: ['AWS::SageMaker::NotebookInstance'],
  what: 'People are root on the notebook.',
  why: 'Root can switch off what watches the instance; the default is Enabled.',
  check: ({ properties }) => at(properties, 'RootAccess') === 'Disabled',
};
