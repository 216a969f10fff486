import { datasetSchema, deliveryFormats, fieldSchemas, limits } from '@wa-ml/config';
import { optionsSchema } from '../../option-schema';

const { format, workers } = fieldSchemas(datasetSchema);

export const dataPipelineOptions = optionsSchema({
  id: 'DataPipeline',
  title: 'Add a dataset to the data pipeline',
  examples: {
    'nx generate @wa-ml/nx:data-pipeline customers --model churn --data customers.csv':
      'Validates what is delivered, and trains churn on what has passed',
  },
  properties: {
    name: {
      type: 'string',
      description:
        'Name of the dataset: lower-case letters, digits and single underscores, a letter first.',
      pattern: limits.datasetName.pattern.source,
      maxLength: limits.datasetName.maxLength,
      $default: { $source: 'argv', index: 0 },
      'x-prompt': 'Name of the dataset?',
    },
    format: { ...format, default: deliveryFormats[0], 'x-prompt': 'How is it delivered?' },
    model: {
      type: 'string',
      description: 'A model that is trained again when new data has passed. Default: none.',
      pattern: limits.namePart.pattern.source,
      maxLength: limits.namePart.maxLength,
    },
    data: {
      type: 'string',
      description:
        'A CSV file whose columns the contract begins with. Default: those of the model’s own data.',
    },
    workers,
  },
  required: ['name'],
});
