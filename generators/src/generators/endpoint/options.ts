import { endpointSchema, fieldSchemas } from '@wa-ml/config';
import { environmentName, existingModel, optionsSchema } from '../../option-schema';

export const endpointOptions = optionsSchema({
  id: 'Endpoint',
  title: 'Change how a model is served',
  examples: {
    'nx generate @wa-ml/nx:endpoint churn --max 8': 'Up to eight instances in every environment',
    'nx generate @wa-ml/nx:endpoint churn --environment prod --instanceType ml.c5.xlarge --min 3':
      'Other instances in production only',
    'nx generate @wa-ml/nx:endpoint churn --environment dev --type serverless --memoryMb 4096':
      'Billed by the request in development',
  },
  properties: {
    name: existingModel('Which model?'),
    environment: environmentName(
      'The environment that the settings are for. Default: every one without settings of its own.',
    ),
    // None of them is asked for: Nx cannot take an empty answer, which would mean "as it is".
    ...fieldSchemas(endpointSchema),
  },
  required: ['name'],
});
