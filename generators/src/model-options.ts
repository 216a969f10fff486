import { dataFileSchema, flavours, limits } from '@wa-ml/config';

/** JSON Schema of the model generator's options, from the schema of wa-ml.json; `npm run build` writes it to schemas/model.json. */
export function modelOptionsSchema(): object {
  return {
    $schema: 'https://json-schema.org/schema',
    $id: 'WaMlModel',
    title: 'Add a model',
    type: 'object',
    examples: [
      { command: 'nx generate @wa-ml/nx:model churn', description: 'A model on a sample dataset' },
      {
        command: 'nx generate @wa-ml/nx:model churn --data churn.csv --target churned',
        description: 'A model on your own data',
      },
    ],
    properties: {
      name: {
        type: 'string',
        description:
          'Name of the model: lower-case letters, digits and single hyphens, a letter first.',
        pattern: limits.namePart.pattern.source,
        maxLength: limits.namePart.maxLength,
        $default: { $source: 'argv', index: 0 },
        'x-prompt': 'Name of the model?',
      },
      flavour: {
        type: 'string',
        description: 'What the model is made of.',
        enum: [...flavours],
        default: flavours[0],
        'x-prompt': 'What is it made of?',
      },
      data: {
        type: 'string',
        description: 'A CSV file of your own data; Git ignores the copy in the model’s folder.',
      },
      target: { type: 'string', description: dataFileSchema.shape.target.description },
    },
    required: ['name'],
    additionalProperties: false,
  };
}
