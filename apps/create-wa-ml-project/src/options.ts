import type { ParseArgsConfig } from 'node:util';
import { modelSchema, endpointSchema, environmentSchema, trainingSchema } from '@wa-ml/config';
import {
  columnsOf,
  completionScript,
  formatRows,
  offeredEnvironmentNames,
  parseShell,
  shells,
  wrap,
  type CompletedOption,
} from '@wa-ml/project';

interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly value?: string;
  readonly multiple?: boolean;
  /** What may be given, for the help and for completion in shells. */
  readonly choices?: readonly string[];
  readonly isFile?: boolean;
  /** On where nobody says otherwise: what is said is `--no-...`. */
  readonly isOn?: boolean;
  readonly help: string;
}

const { strategy, precision } = trainingSchema.shape;
const { rollout, type } = endpointSchema.shape;
const { flavour } = modelSchema.shape;

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
    isFile: true,
    help: 'Take the whole configuration from a wa-ml.json; "-" reads it from standard input.',
  },
  owner: { type: 'string', value: 'EMAIL', help: 'Who is notified of alarms and budgets.' },
  region: { type: 'string', value: 'REGION', help: environmentSchema.shape.region.description! },
  environment: {
    type: 'string',
    value: 'NAME',
    multiple: true,
    choices: offeredEnvironmentNames,
    help: 'An environment; may be given more than once. Default: all of them.',
  },
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
    choices: flavour.options,
    help: flavour.description!,
  },
  data: {
    type: 'string',
    value: 'FILE',
    isFile: true,
    help: 'Train on your own CSV file instead of a sample dataset; Git ignores the copy.',
  },
  target: { type: 'string', value: 'COLUMN', help: 'The column of --data to predict.' },
  strategy: {
    type: 'string',
    value: 'STRATEGY',
    choices: strategy.unwrap().options,
    help: strategy.description!,
  },
  precision: {
    type: 'string',
    value: 'PRECISION',
    choices: precision.unwrap().options,
    help: precision.description!,
  },
  endpoint: {
    type: 'string',
    value: 'TYPE',
    choices: type.unwrap().options,
    help: type.description!,
  },
  rollout: {
    type: 'string',
    value: 'ROLLOUT',
    choices: rollout.unwrap().options,
    help: rollout.description!,
  },
  packages: {
    type: 'string',
    value: 'FOLDER',
    isFile: true,
    help: 'Take our packages from tarballs in a folder instead of the registry.',
  },
  install: {
    type: 'boolean',
    isOn: true,
    help: 'Install the packages. Default: yes; --no-install leaves it to you.',
  },
  git: {
    type: 'boolean',
    isOn: true,
    help: 'Make a Git repository with a first commit. Default: yes; --no-git leaves it to you.',
  },
  'dry-run': { type: 'boolean', help: 'Say what would be written, and write nothing.' },
  json: { type: 'boolean', help: 'Print data instead of text; ask nothing.' },
  verbose: { type: 'boolean', help: "Show npm's own output." },
  color: {
    type: 'boolean',
    isOn: true,
    help: 'Colours. Default: in a terminal. --no-color or NO_COLOR: never; --color or FORCE_COLOR: always.',
  },
  completion: {
    type: 'string',
    value: 'SHELL',
    choices: shells,
    help: 'Print what a shell sources to complete these options.',
  },
  help: { type: 'boolean', short: 'h', help: 'Print this.' },
  version: { type: 'boolean', help: 'Print the version.' },
} as const satisfies Record<string, Option>;

const rows: readonly (readonly [string, Option])[] = Object.entries(options);

/** The same for `util.parseArgs`. */
export const parseOptions: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
  rows.map(([name, { type, short, multiple }]) => [
    name,
    { type, ...(short ? { short } : {}), ...(multiple ? { multiple } : {}) },
  ]),
);

/** The script that completes the options in a shell. @throws UsageError for a shell that we do not know. */
export function completionText(shell: string): string {
  return completionScript(parseShell(shell), {
    name: 'create-wa-ml-project',
    options: rows.map(([name, { type, short, choices, isFile, isOn, help }]): CompletedOption => ({
      name: isOn ? `no-${name}` : name,
      short,
      help,
      value: type === 'boolean' ? undefined : (choices ?? (isFile ? 'file' : 'text')),
    })),
  });
}

/** As wide as the terminal; an example stays on one line, so that it can be copied. */
export function helpText(): string {
  const width = columnsOf(process.stdout);
  const terms = rows.map(([name, { short, value, choices, help }]) => {
    const flag = `${short ? `-${short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`;
    return [flag, choices ? `${help} One of: ${choices.join(', ')}.` : help] as const;
  });
  const paragraph = (text: string): string => wrap(text, width);
  return `${paragraph('Creates a machine-learning repository on AWS: training, serving, infrastructure, CI/CD, budgets and runbooks.')}

${wrap('Usage: create-wa-ml-project [NAME] [options]', width, 2)}

${paragraph('NAME is the folder to create, and by its last part the name of the repository. Default: acme-ml. In a terminal, what no option says is asked; in a pipe and in CI it gets its default.')}

Options:
${formatRows(terms, width)}

Examples:
  npx create-wa-ml-project acme-ml
  npx create-wa-ml-project acme-ml --yes --owner ml@acme.example --region eu-west-1
  npx create-wa-ml-project acme-ml --yes --model churn --data customers.csv --target churned
  npx create-wa-ml-project acme-ml --config wa-ml.json --dry-run --json
  source <(npx create-wa-ml-project --completion bash)

${paragraph('Exit codes: 0 done, 2 wrong input (nothing was written), 3 failed on the way, 130 interrupted (nothing is left).')}
`;
}
