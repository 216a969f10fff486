import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** Imports go one way. Layer -> the layers it may use. A package's layer is a tag in its package.json. */
const layers = {
  config: [],
  blueprint: ['config'],
  constructs: ['config'],
  ops: ['config'],
  project: ['config', 'blueprint', 'ops'],
  nx: ['config', 'blueprint', 'project'],
  app: ['config', 'blueprint', 'project'],
};

/** Layers whose result depends on their arguments alone. */
const pure = ['config', 'blueprint'];

const impureModules = [
  'fs',
  'fs/promises',
  'child_process',
  'os',
  'net',
  'http',
  'https',
  'dns',
  'process',
  'worker_threads',
  'timers',
  'path',
];

export default tseslint.config(
  {
    ignores: [
      '**/node_modules',
      '**/lib',
      '**/dist',
      'packages/constructs/handlers',
      '**/cdk.out',
      '**/.venv',
      'tmp',
      '.nx',
      '.cache',
      'templates',
      'examples',
      'packages/**/*.d.ts',
    ],
  },
  ...tseslint.configs.strict,
  {
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off', // an index that was just checked
      '@typescript-eslint/no-explicit-any': ['error', { ignoreRestArgs: false }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
  {
    files: ['{packages,apps}/*/src/**/*.ts', 'generators/src/**/*.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: false,
          allow: [],
          depConstraints: Object.entries(layers).map(([layer, uses]) => ({
            sourceTag: `layer:${layer}`,
            onlyDependOnLibsWithTags: [layer, ...uses].map((name) => `layer:${name}`),
            ...(pure.includes(layer)
              ? {
                  bannedExternalImports: [
                    'projen',
                    'projen/*',
                    'nx',
                    '@nx/*',
                    'aws-cdk-lib',
                    'constructs',
                    'cdk-nag',
                    '@aws-sdk/*',
                  ],
                }
              : {}),
          })),
        },
      ],
    },
  },
  {
    // No file system, clock, network or environment: the same arguments always give the same result.
    files: pure.map((layer) => `packages/${layer}/src/**/*.ts`),
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: impureModules
            .flatMap((name) => [name, `node:${name}`])
            .map((name) => ({
              name,
              message: 'This layer is pure: take what you need as an argument.',
            })),
        },
      ],
      'no-restricted-globals': [
        'error',
        ...['process', 'fetch', 'performance', 'setTimeout', 'setInterval'].map((name) => ({
          name,
          message: 'This layer is pure: take what you need as an argument.',
        })),
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
          message: 'This layer is pure: it reads no clock.',
        },
        {
          selector: 'MemberExpression[object.name="Date"][property.name="now"]',
          message: 'This layer is pure: it reads no clock.',
        },
        {
          selector: 'MemberExpression[object.name="Math"][property.name="random"]',
          message: 'This layer is pure: it draws no random numbers.',
        },
      ],
    },
  },
  {
    // Synthesised templates are JSON without types.
    files: ['**/test/**/*.ts'],
    rules: { '@typescript-eslint/no-explicit-any': 'off' },
  },
  {
    // Libraries throw; only the command-line programs print and end the process.
    files: ['packages/{config,blueprint,constructs,ops}/src/**/*.ts', 'generators/src/**/*.ts'],
    rules: { 'no-console': 'error' },
  },
);
