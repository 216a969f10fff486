import { environmentSchema, fieldSchemas } from '@wa-ml/config';
import { environmentName, optionsSchema } from '../../option-schema';

const fields = fieldSchemas(environmentSchema);

export const environmentOptions = optionsSchema({
  id: 'Environment',
  title: 'Add an environment',
  examples: {
    'nx generate @wa-ml/nx:environment qa --tier staging --account 444444444444 --region eu-west-1 --after dev':
      'A second staging environment, promoted to after dev',
  },
  properties: {
    name: {
      ...environmentName('Name of the environment: lower-case letters and digits, a letter first.'),
      $default: { $source: 'argv', index: 0 },
      'x-prompt': 'Name of the environment?',
    },
    ...fields,
    tier: { ...fields.tier, 'x-prompt': 'Which tier, and so which policies?' },
    account: { ...fields.account, 'x-prompt': 'AWS account id (12 digits)?' },
    region: { ...fields.region, 'x-prompt': 'AWS region, e.g. eu-west-1?' },
    after: environmentName(
      'The environment before it in the order of promotion. Default: the last one of its tier or of a lower one.',
    ),
  },
  required: ['name', 'tier', 'account', 'region'],
});
