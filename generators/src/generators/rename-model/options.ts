import { existingModel, modelName, optionsSchema } from '../../option-schema';

export const renameModelOptions = optionsSchema({
  id: 'RenameModel',
  title: 'Rename a model',
  examples: { 'nx generate @wa-ml/nx:rename-model churn attrition': 'churn becomes attrition' },
  properties: {
    name: existingModel('Which model?'),
    to: { ...modelName('What shall it be called?', 1), description: 'Its new name.' },
  },
  required: ['name', 'to'],
});
