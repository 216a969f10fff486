import { versions } from '@wa-ml/blueprint';
import type { ProjectConfiguration, TargetConfiguration } from '@nx/devkit';
import {
  isNetwork,
  isProgram,
  type Flavour,
  type NormalisedConfiguration,
  type NormalisedModel,
} from '@wa-ml/config';

/** Processes of a distributed run on a developer's machine. */
const localProcesses = 2;

const runtimeSources = '{workspaceRoot}/libs/ml-runtime/src/**/*';
const runtimeProjectFile = '{workspaceRoot}/libs/ml-runtime/pyproject.toml';

/**
 * What a model's code is, for Nx's cache: everything in its folder except what is written there.
 * settings.json makes `nx affected` choose the model, but no target reads it: what training takes from wa-ml.json
 * is in its command, so that an endpoint's new size does not train the model again.
 */
const modelSources = [
  '{projectRoot}/**/*',
  '!{projectRoot}/.ml/**/*',
  '!{projectRoot}/.venv/**/*',
  '!{projectRoot}/**/__pycache__/**/*',
  '!{projectRoot}/settings.json',
  // Says which data is trusted; what is trained on it is the same.
  '!{projectRoot}/baseline.json',
  runtimeSources,
  runtimeProjectFile,
];

/**
 * People's own data is in no fileset, since Git ignores it: its content is asked for when Nx hashes.
 * The path goes in base64, so that no shell finds anything to expand in a file's name. A clone has no data: then 'none'.
 */
function dataContent(path: string): { runtime: string } {
  const encoded = Buffer.from(path).toString('base64');
  return {
    runtime: `node -p "const fs = require('node:fs'), file = Buffer.from('${encoded}', 'base64').toString(); fs.existsSync(file) ? require('node:crypto').createHash('sha256').update(fs.readFileSync(file)).digest('hex') : 'none'"`,
  };
}

/** Targets of what only our own training writes or our own server does; a program of people's own has none of them. */
const ofOurRuntime: readonly string[] = ['tune', 'optimise', 'log', 'loadtest'];

function uv(
  folder: string,
  command: string,
  rest: Partial<TargetConfiguration> = {},
): TargetConfiguration {
  return {
    executor: 'nx:run-commands',
    options: { command: `wa-ml uv run ${command}`, cwd: folder },
    ...rest,
  };
}

/**
 * One Python project: prepare -> validate, tune, train -> optimise -> evaluate, serve, loadtest; and pipeline, all steps
 * up to the registry. One with a program of its own is evaluated and served as it was trained.
 */
export function modelProject(
  model: NormalisedModel,
  configuration: NormalisedConfiguration,
): ProjectConfiguration & { name: string } {
  const root = `models/${model.name}`;
  const { strategy, precision, hyperparameters } =
    model.in[configuration.trainingEnvironment]!.training;
  // fp16 needs a GPU's loss scaling, and a laptop has none; bf16 is as short.
  const localPrecision = precision === 'fp16' ? 'bf16' : precision;
  const settings = Object.entries(hyperparameters)
    .map(([name, value]) => ` --set ${name}=${value}`)
    .join('');
  const processes = strategy === 'single' ? '' : ` --processes ${localProcesses}`;
  const ownProgram = isProgram(model.flavour);
  const spread = ownProgram
    ? ''
    : ` --strategy ${strategy} --precision ${localPrecision}${processes}`;
  // What follows judges and serves what is kept.
  const kept = ownProgram ? 'train' : 'optimise';
  const { quantise, prune, maxAccuracyDrop, minLatencyReduction } = model.optimise;
  const gate = `--quantise ${quantise} --prune ${prune} --max-accuracy-drop ${maxAccuracyDrop} --min-latency-reduction ${minLatencyReduction}`;
  const inputs = model.data
    ? [...modelSources, dataContent(`${root}/${model.data.file}`)]
    : modelSources;
  const run = (command: string) => `python -m ml_runtime ${command} --root .ml`;
  const targets: Record<string, TargetConfiguration> = {
    prepare: uv(root, run('prepare'), {
      cache: true,
      inputs,
      outputs: ['{projectRoot}/.ml/input/data'],
    }),
    // Never cached: it judges data against what people trust, and has to fail as often as it is asked.
    validate: uv(root, run('validate'), { dependsOn: ['prepare'] }),
    // Never cached: its study says what is left to do. settings.json holds the search space.
    tune: uv(root, run('tune'), { dependsOn: ['prepare'] }),
    train: uv(root, `${run('train')}${spread}${settings}`, {
      cache: true,
      inputs,
      outputs: ['{projectRoot}/.ml/model'],
      dependsOn: ['prepare'],
    }),
    // Changes the model that train left, so that all that follows judges and serves what is kept.
    optimise: uv(root, `${run('optimise')} ${gate}`, {
      cache: true,
      inputs,
      outputs: [
        '{projectRoot}/.ml/model/model.onnx',
        '{projectRoot}/.ml/output/data/model.plain.onnx',
        '{projectRoot}/.ml/output/data/optimisation.json',
      ],
      dependsOn: ['train'],
    }),
    evaluate: uv(root, run('evaluate'), {
      cache: true,
      inputs,
      outputs: ['{projectRoot}/.ml/output/data/evaluation.json'],
      dependsOn: [kept],
    }),
    // Its steps are cached by the runner, which also sees the registry beside the repository: a result that Nx
    // brought back from another machine would be registered nowhere. So Nx runs it every time.
    pipeline: uv(root, `${run('pipeline')}${processes}`, {
      cache: false,
      outputs: ['{projectRoot}/.ml/pipeline'],
    }),
    // Never cached: the tracker, and not Nx, knows what it has.
    log: uv(root, run('log'), { dependsOn: ['evaluate'] }),
    experiments: {
      executor: 'nx:run-commands',
      options: {
        command: `wa-ml uv tool run --from mlflow==${versions.python.mlflow} mlflow ui --host 127.0.0.1 --backend-store-uri sqlite:///.mlflow/mlflow.db`,
      },
      continuous: true,
    },
    // Only this machine: a laptop is no place to offer a model to the network.
    serve: uv(root, `${run('serve')} --host 127.0.0.1`, {
      continuous: true,
      dependsOn: [kept],
    }),
    // Never cached: it measures the machine as well. A laptop's figure is not recorded, since it names no instance type.
    loadtest: uv(root, `${run('loadtest')} --record ../../releases/measured/${model.name}.json`, {
      dependsOn: ['train'],
    }),
    test: uv(root, 'pytest', { cache: true, inputs }),
    lint: {
      executor: 'nx:run-commands',
      options: {
        commands: [
          'wa-ml uv run ruff check .',
          'wa-ml uv run ruff format --check .',
          'wa-ml uv run mypy .',
        ],
        cwd: root,
        parallel: false,
      },
      cache: true,
      inputs,
    },
  };
  return {
    name: model.name,
    root,
    projectType: 'application',
    tags: ['type:model', `flavour:${model.flavour}`],
    implicitDependencies: ['ml-runtime'],
    targets: Object.fromEntries(
      Object.entries(targets).filter(([name]) => !ownProgram || !ofOurRuntime.includes(name)),
    ),
  };
}

/**
 * Whose environment the runtime is tested and checked in, the one first that runs most of the tests: images bring
 * Pillow, tables scikit-learn, networks PyTorch. What a test needs and does not find it is skipped for, with the reason.
 */
const testers: readonly Flavour[] = [
  'pytorch-image',
  'pytorch-tabular',
  'transformer-text',
  'xgboost',
  'sklearn',
];

/**
 * To mypy everything of a library that is not installed is `Any`, and strictness takes offence at that. Without
 * PyTorch the loop's own types cannot be checked; what the other modules say to each other can.
 */
const mypyWithoutTorch = [
  'mypy src --ignore-missing-imports --allow-subclassing-any --allow-untyped-decorators',
  '--no-warn-return-any --no-warn-unused-ignores',
].join(' ');

/** The runtime has no environment of its own. Where there is no model, there is nothing to test it in. */
export function runtimeProject(
  configuration: NormalisedConfiguration,
): ProjectConfiguration & { name: string } {
  const root = 'libs/ml-runtime';
  const models = Object.values(configuration.models);
  const [tester] = testers.flatMap((flavour) =>
    models.filter((model) => model.flavour === flavour),
  );
  const targets = tester ? runtimeTargets(root, tester) : {};
  return { name: 'ml-runtime', root, projectType: 'library', tags: ['type:runtime'], targets };
}

function runtimeTargets(
  root: string,
  { name, flavour }: NormalisedModel,
): Record<string, TargetConfiguration> {
  const inputs = [runtimeSources, runtimeProjectFile, '{projectRoot}/tests/**/*'];
  const inModel = (command: string) => `wa-ml uv run --project ../../models/${name} ${command}`;
  const mypy = isNetwork(flavour) ? 'mypy src' : mypyWithoutTorch;
  return {
    test: {
      executor: 'nx:run-commands',
      options: { command: inModel('pytest'), cwd: root },
      cache: true,
      inputs,
    },
    lint: {
      executor: 'nx:run-commands',
      options: {
        commands: [inModel('ruff check .'), inModel('ruff format --check .'), inModel(mypy)],
        cwd: root,
        parallel: false,
      },
      cache: true,
      inputs,
    },
  };
}

/** The CDK application. */
export function infraProject(): ProjectConfiguration & { name: string } {
  const root = 'infra';
  const inputs = [
    '{projectRoot}/**/*',
    '!{projectRoot}/cdk.out/**/*',
    '{workspaceRoot}/wa-ml.json',
    '{workspaceRoot}/releases/**/*',
    '{workspaceRoot}/pipelines/**/*',
    '{workspaceRoot}/runbooks/**/*',
    '{workspaceRoot}/package-lock.json',
    '{workspaceRoot}/tsconfig.json',
    '{workspaceRoot}/eslint.config.mjs',
  ];
  const command = (text: string, rest: Partial<TargetConfiguration> = {}): TargetConfiguration => ({
    executor: 'nx:run-commands',
    options: { command: text, cwd: root },
    cache: true,
    inputs,
    ...rest,
  });
  return {
    name: 'infra',
    root,
    projectType: 'application',
    tags: ['type:infra'],
    targets: {
      synth: command('cdk synth --quiet', { outputs: ['{projectRoot}/cdk.out'] }),
      test: command('vitest run'),
      lint: {
        executor: 'nx:run-commands',
        options: { commands: ['tsc --noEmit', 'eslint .'], cwd: root, parallel: false },
        cache: true,
        inputs,
      },
    },
  };
}
