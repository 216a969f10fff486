import { javascript, JsonFile, ProjenrcFile, type Project } from 'projen';

/** Every version this repository itself builds with. (What generated repositories pin is in packages/blueprint/src/versions.ts.) */
const version = {
  node: '20.19.0',
  nx: '23.2.1', // newer ones lack platform binaries in the registry
  devDependencies: {
    '@aws-sdk/client-cloudformation': '3.1142.0',
    '@aws-sdk/client-dynamodb': '3.1142.0',
    '@aws-sdk/client-iam': '3.1142.0',
    '@aws-sdk/client-sagemaker': '3.1142.0',
    '@aws-sdk/client-sagemaker-runtime': '3.1142.0',
    '@aws-sdk/client-service-quotas': '3.1138.0',
    '@aws-sdk/client-sts': '3.1142.0',
    '@nx/devkit': '23.2.1',
    '@nx/eslint-plugin': '23.2.1',
    '@nx/js': '23.2.1',
    '@types/node': '20.19.43',
    '@typescript-eslint/parser': '8.73.0',
    'aws-cdk': '2.1148.1',
    'aws-cdk-lib': '2.276.0',
    'cdk-nag': '3.0.2',
    constructs: '10.8.1',
    'create-vite': '9.3.0',
    esbuild: '0.28.2',
    eslint: '9.39.1',
    'eslint-config-prettier': '10.1.8',
    'fast-check': '4.10.2',
    nx: '23.2.1',
    prettier: '3.10.1',
    projen: '0.103.24',
    'ts-node': '10.9.2',
    typescript: '6.0.3',
    'typescript-eslint': '8.73.0',
    verdaccio: '6.1.6',
    vitest: '4.1.12',
  } as Record<string, string>,
};

/** projen options that leave a package.json and nothing that this repository does not use. */
const bare: Partial<javascript.NodeProjectOptions> = {
  packageManager: javascript.NodePackageManager.NPM,
  defaultReleaseBranch: 'main',
  authorName: 'create-wa-ml-project',
  licensed: false,
  jest: false,
  github: false,
  package: false,
  depsUpgrade: false,
  buildWorkflow: false,
  release: false,
  npmignoreEnabled: false,
  projenrcJs: false,
  autoDetectBin: false,
  entrypoint: '',
  minNodeVersion: version.node,
};

function withoutTasks(project: Project, keep: readonly string[]): void {
  // `build` calls the others, so that none of them could be removed before it.
  for (const name of ['build', ...project.tasks.all.map((task) => task.name)]) {
    if (!keep.includes(name)) project.tasks.removeTask(name);
  }
}

const root = new javascript.NodeProject({
  ...bare,
  name: '@wa-ml/workspace',
  description: 'create-wa-ml-project: generates and keeps machine-learning repositories on AWS',
  projenCommand: 'npx projen',
  devDeps: Object.entries(version.devDependencies).map(([name, exact]) => `${name}@${exact}`),
  gitignore: [
    '.venv/',
    '.cache/',
    'tmp/',
    'lib/',
    '.nx/',
    'cdk.out/',
    '__pycache__/',
    '.*_cache/',
    '.hypothesis/',
    '*.tsbuildinfo',
    '/apps/*/dist/',
    '/packages/config/wa-ml.schema.json',
    '/packages/constructs/handlers/',
    '/generators/schemas/*.json',
    '!/generators/schemas/sync.json',
  ],
} as javascript.NodeProjectOptions);
/** Makes projen's markers name the file that is really there. */
class ProjenrcTypeScript extends ProjenrcFile {
  readonly filePath = '.projenrc.ts';
}
new ProjenrcTypeScript(root);
root.package.addField('license', 'Apache-2.0');
root.package.addField('private', true);
root.package.addField('workspaces', ['packages/*', 'generators', 'apps/*']);
root.package.addField('overrides', { 'node-fetch': '2.7.0' }); // verdaccio 6.1 asks for the tag "cjs", which is gone
root.package.addField('allowScripts', { nx: true, esbuild: true });
withoutTasks(root, ['default', 'install', 'install:ci']);
root.defaultTask?.reset('ts-node -T .projenrc.ts');
root.gitignore.addPatterns('!/templates/**/lib/', '!/templates/**/.npmrc');
for (const [name, command] of Object.entries({
  demo: 'node tools/demo.mjs',
  test: 'node tools/test.mjs',
  'test:deep': 'node tools/test.mjs --deep',
  bench: 'node tools/bench.mjs',
  build: 'node tools/build.mjs',
  lint: 'node tools/lint.mjs',
  projen: 'npx projen',
})) {
  root.package.setScript(name, command);
}

/** A package of this repository: its folder, its layer (see eslint.config.mjs) and what it needs at run time. */
interface PackageOptions {
  readonly name: string;
  readonly outdir: string;
  readonly layer: string;
  readonly description: string;
  readonly dependencies?: readonly string[];
  readonly siblings?: readonly string[];
  readonly peerDependencies?: readonly string[];
  /** Siblings and packages that are bundled, so that whoever installs this needs none of them. */
  readonly builtFrom?: readonly string[];
  readonly bundled?: readonly string[];
  readonly files?: readonly string[];
  readonly fields?: Record<string, unknown>;
}

const packageVersion = '0.3.0';

function addPackage(options: PackageOptions): void {
  const project = new javascript.NodeProject({
    ...bare,
    parent: root,
    outdir: options.outdir,
    name: options.name,
    description: options.description,
    projenDevDependency: false,
    deps: [
      ...(options.dependencies ?? []).map((name) => `${name}@${exact(name)}`),
      ...(options.siblings ?? []).map((name) => `${name}@${packageVersion}`),
    ],
    devDeps: [
      ...(options.bundled ?? []).map((name) => `${name}@${exact(name)}`),
      ...(options.builtFrom ?? []).map((name) => `${name}@${packageVersion}`),
    ],
    peerDeps: [...(options.peerDependencies ?? [])],
    peerDependencyOptions: { pinnedDevDependency: false },
  } as javascript.NodeProjectOptions);
  withoutTasks(project, []);
  project.package.postSynthesize = () => undefined; // the root installs for all
  new ProjenrcTypeScript(project);
  project.tryRemoveFile('.gitignore');
  project.tryRemoveFile('.gitattributes');
  project.tryRemoveFile('.projen/tasks.json');
  project.tryRemoveFile('.projen/deps.json');
  project.package.addVersion(packageVersion);
  project.package.addField('license', 'Apache-2.0');
  project.package.removeScript('projen');
  project.package.addField('files', ['lib', '!**/*.tsbuildinfo', ...(options.files ?? [])]);
  project.package.addField('exports', {
    '.': {
      '@wa-ml/source': './src/index.ts',
      types: './lib/index.d.ts',
      default: './lib/index.js',
    },
    './package.json': './package.json',
  });
  project.package.addField('nx', { tags: [`layer:${options.layer}`] });
  for (const [name, value] of Object.entries(options.fields ?? {}))
    project.package.addField(name, value);
  new JsonFile(project, 'tsconfig.json', {
    marker: false,
    obj: {
      extends: '../../tsconfig.base.json'.slice(options.outdir.includes('/') ? 0 : 3),
      compilerOptions: { rootDir: 'src', outDir: 'lib', tsBuildInfoFile: 'lib/.tsbuildinfo' },
      include: ['src', 'src/**/*.json'],
      references: [...(options.siblings ?? []), ...(options.builtFrom ?? [])].map((name) => ({
        path: `${options.outdir.includes('/') ? '../../' : '../'}${outdirOf[name]}`,
      })),
    },
  });
  outdirOf[options.name] = options.outdir;
}

const outdirOf: Record<string, string> = {};
const runtimeVersions: Record<string, string> = {
  '@clack/prompts': '1.9.0',
  'csv-parse': '7.0.3',
  handlebars: '4.7.10',
  'jsonc-parser': '3.3.1',
  'node-diff3': '3.2.1',
  picocolors: '1.1.1',
  yaml: '2.9.1',
  zod: '4.6.7',
};
function exact(name: string): string {
  const found = runtimeVersions[name] ?? version.devDependencies[name];
  if (!found) throw new Error(`no version for ${name}: add it to runtimeVersions in .projenrc.ts`);
  return found;
}

addPackage({
  name: '@wa-ml/config',
  outdir: 'packages/config',
  layer: 'config',
  description: 'wa-ml.json: schema, defaults and rules',
  dependencies: ['jsonc-parser', 'zod'],
  files: ['wa-ml.schema.json'],
  fields: {
    exports: {
      '.': {
        '@wa-ml/source': './src/index.ts',
        types: './lib/index.d.ts',
        default: './lib/index.js',
      },
      './wa-ml.schema.json': './wa-ml.schema.json',
      './package.json': './package.json',
    },
  },
});
addPackage({
  name: '@wa-ml/blueprint',
  outdir: 'packages/blueprint',
  layer: 'blueprint',
  description: 'configuration to planned files, and planned files against what is on disk',
  dependencies: ['csv-parse', 'handlebars', 'node-diff3', 'yaml'],
  siblings: ['@wa-ml/config'],
});
addPackage({
  name: '@wa-ml/constructs',
  outdir: 'packages/constructs',
  layer: 'constructs',
  description: 'CDK constructs for machine learning on SageMaker by the Well-Architected ML Lens',
  siblings: ['@wa-ml/config'],
  files: ['handlers'],
  peerDependencies: ['aws-cdk-lib@^2.276.0', 'cdk-nag@^3.0.2', 'constructs@^10.5.1'],
});
addPackage({
  name: '@wa-ml/ops',
  outdir: 'packages/ops',
  layer: 'ops',
  description: 'what talks to AWS at run time: bootstrap, registry and promotion',
  dependencies: [
    '@aws-sdk/client-cloudformation',
    '@aws-sdk/client-iam',
    '@aws-sdk/client-sagemaker',
    '@aws-sdk/client-service-quotas',
    '@aws-sdk/client-sts',
  ],
  siblings: ['@wa-ml/config'],
});
addPackage({
  name: '@wa-ml/project',
  outdir: 'packages/project',
  layer: 'project',
  description: 'the projen project type of generated repositories, and their wa-ml command',
  dependencies: ['@aws-sdk/client-sagemaker', 'constructs', 'jsonc-parser', 'picocolors', 'projen'],
  siblings: ['@wa-ml/config', '@wa-ml/blueprint', '@wa-ml/ops'],
  fields: { bin: { 'wa-ml': 'lib/cli/bin.js' } },
});
addPackage({
  name: '@wa-ml/nx',
  outdir: 'generators',
  layer: 'nx',
  description: 'Nx generators, sync generator and inferred targets of generated repositories',
  siblings: ['@wa-ml/config', '@wa-ml/blueprint', '@wa-ml/project'],
  peerDependencies: ['@nx/devkit@23.2.1', 'nx@23.2.1'],
  files: ['generators.json', 'migrations.json', 'schemas'],
  fields: {
    generators: './generators.json',
    // `nx migrate @wa-ml/nx` takes the others along.
    'nx-migrations': {
      migrations: './migrations.json',
      packageGroup: ['blueprint', 'config', 'constructs', 'ops', 'project'].map(
        (name) => `@wa-ml/${name}`,
      ),
    },
    exports: {
      '.': {
        '@wa-ml/source': './src/index.ts',
        types: './lib/index.d.ts',
        default: './lib/index.js',
      },
      './generators': {
        '@wa-ml/source': './src/generators/index.ts',
        types: './lib/generators/index.d.ts',
        default: './lib/generators/index.js',
      },
      './package.json': './package.json',
    },
  },
});
addPackage({
  name: 'create-wa-ml-project',
  outdir: 'apps/create-wa-ml-project',
  layer: 'app',
  description:
    'creates a machine-learning repository on AWS that proves its own Well-Architected review',
  builtFrom: ['@wa-ml/config', '@wa-ml/blueprint', '@wa-ml/project'],
  bundled: ['@clack/prompts', 'picocolors'],
  fields: { bin: { 'create-wa-ml-project': 'dist/bin.js' }, exports: undefined, files: ['dist'] },
});

new JsonFile(root, 'tsconfig.base.json', {
  marker: false,
  obj: {
    compilerOptions: {
      target: 'es2022',
      lib: ['es2023'],
      module: 'nodenext', // CommonJS that may require ES modules: Node 20.19 and newer
      moduleResolution: 'nodenext',
      customConditions: ['@wa-ml/source'],
      types: ['node'],
      strict: true,
      noUncheckedIndexedAccess: true,
      noImplicitOverride: true,
      noFallthroughCasesInSwitch: true,
      noUnusedLocals: true,
      noUnusedParameters: true,
      exactOptionalPropertyTypes: false,
      esModuleInterop: true,
      skipLibCheck: true,
      composite: true,
      declaration: true,
      sourceMap: false,
    },
  },
});
new JsonFile(root, 'tsconfig.json', {
  marker: false,
  obj: {
    extends: './tsconfig.base.json',
    files: [],
    compilerOptions: { module: 'node16', moduleResolution: 'node16', rootDir: '.' },
    references: Object.values(outdirOf).map((path) => ({ path })),
    'ts-node': { transpileOnly: true },
  },
});
new JsonFile(root, 'nx.json', {
  marker: false,
  obj: { analytics: false, neverConnectToCloud: true, defaultBase: 'main' },
});

root.synth();
