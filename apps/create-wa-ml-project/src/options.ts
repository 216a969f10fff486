import type { ParseArgsConfig } from 'node:util';

/** Every option of `create-wa-ml-project`, with its help. */
export const options = {
  yes: {
    type: 'boolean',
    short: 'y',
    help: 'Ask nothing: take the default for each answer that no flag gives.',
  },
  config: {
    type: 'string',
    value: 'FILE',
    help: 'Take the whole configuration from a wa-ml.json; "-" reads it from standard input.',
  },
  owner: { type: 'string', value: 'EMAIL', help: 'Who is notified of alarms and budgets.' },
  region: { type: 'string', value: 'REGION', help: 'AWS region of the three environments.' },
  'dev-account': { type: 'string', value: 'ID', help: 'AWS account of "dev".' },
  'staging-account': { type: 'string', value: 'ID', help: 'AWS account of "staging".' },
  'prod-account': { type: 'string', value: 'ID', help: 'AWS account of "prod".' },
  model: {
    type: 'string',
    value: 'NAME',
    multiple: true,
    help: 'Name of the first model; may be given more than once.',
  },
  flavour: {
    type: 'string',
    value: 'FLAVOUR',
    help: 'What the model is made of: pytorch-tabular.',
  },
  data: {
    type: 'string',
    value: 'FILE',
    help: 'Train on your own CSV file instead of a sample dataset; Git ignores the copy.',
  },
  target: { type: 'string', value: 'COLUMN', help: 'The column of --data to predict.' },
  packages: {
    type: 'string',
    value: 'FOLDER',
    help: 'Take our packages from tarballs in a folder instead of the registry.',
  },
  install: {
    type: 'boolean',
    help: 'Install the packages. Default: yes; --no-install leaves it to you.',
  },
  git: {
    type: 'boolean',
    help: 'Make a Git repository with a first commit. Default: yes; --no-git leaves it to you.',
  },
  'dry-run': { type: 'boolean', help: 'Say what would be written, and write nothing.' },
  json: { type: 'boolean', help: 'Print data instead of text.' },
  help: { type: 'boolean', short: 'h', help: 'Print this.' },
  version: { type: 'boolean', help: 'Print the version.' },
} as const satisfies Record<
  string,
  { type: 'string' | 'boolean'; short?: string; value?: string; multiple?: boolean; help: string }
>;

/** The same for `util.parseArgs`. */
export const parseOptions: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
  Object.entries(options).map(([name, { help: _help, ...option }]) => [name, option]),
);

export function helpText(): string {
  const rows = Object.entries(options).map(([name, option]) => {
    const short = 'short' in option ? `-${option.short}, ` : '    ';
    const value = 'value' in option ? ` ${option.value}` : '';
    return { flag: `${short}--${name}${value}`, help: option.help };
  });
  const width = Math.max(...rows.map(({ flag }) => flag.length)) + 2;
  return `Creates a machine-learning repository on AWS: training, serving, infrastructure, CI/CD, budgets and runbooks.

Usage: create-wa-ml-project [NAME] [options]

NAME is the folder to create, and by its last part the name of the repository. Default: acme-ml.

Options:
${rows.map(({ flag, help }) => `  ${flag.padEnd(width)}${help}`).join('\n')}

Examples:
  npx create-wa-ml-project acme-ml
  npx create-wa-ml-project acme-ml --yes --owner ml@acme.example --region eu-west-1
  npx create-wa-ml-project acme-ml --yes --model churn --data customers.csv --target churned
  npx create-wa-ml-project acme-ml --config wa-ml.json --dry-run --json

Exit codes: 0 done, 2 wrong input (nothing was written), 3 failed on the way.
`;
}
