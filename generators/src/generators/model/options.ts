import { dataFileSchema, fieldSchemas, flavours, modelSchema } from '@wa-ml/config';
import { modelName, optionsSchema } from '../../option-schema';

export const modelOptions = optionsSchema({
  id: 'Model',
  title: 'Add a model',
  examples: {
    'nx generate @wa-ml/nx:model churn': 'A model on a sample dataset',
    'nx generate @wa-ml/nx:model churn --data churn.csv --target churned':
      'A model on your own data',
  },
  properties: {
    name: modelName('Name of the model?'),
    flavour: {
      ...fieldSchemas(modelSchema).flavour,
      default: flavours[0],
      'x-prompt': 'What is it made of?',
    },
    data: {
      type: 'string',
      description: 'A CSV file of your own data; Git ignores the copy in the model’s folder.',
    },
    target: fieldSchemas(dataFileSchema).target,
  },
  required: ['name'],
});
