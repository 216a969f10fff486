import type { MlRule } from '../../ml-rule';
import { isGiven } from '../../reading';

export const notebookIdleShutdown: MlRule = {
  id: 'notebook-idle-shutdown',
  policy: 'COST-5',
  resources: ['AWS::SageMaker::NotebookInstance'],
  what: 'The notebook runs, and is paid for, when nobody uses it.',
  why: 'Its lifecycle configuration installs the check that stops it when idle.',
  check: ({ properties }) => isGiven(properties, 'LifecycleConfigName'),
};
