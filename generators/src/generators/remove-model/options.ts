import { existingModel, optionsSchema } from '../../option-schema';

export const removeModelOptions = optionsSchema({
  id: 'RemoveModel',
  title: 'Remove a model',
  examples: {
    'nx generate @wa-ml/nx:remove-model churn --dry-run': 'What would go, and what would stay',
    'nx generate @wa-ml/nx:remove-model churn --yes': 'Without a question',
  },
  properties: {
    name: existingModel('Which model?'),
    yes: {
      type: 'boolean',
      description: 'Remove it without a question.',
      'x-prompt': 'Remove it, and delete those of its files that nobody edited?',
    },
  },
  required: ['name'],
});
