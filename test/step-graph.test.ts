import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  readConfiguration,
  stepGraph,
  stepGraphPath,
  stepOptions,
  type StepOption,
} from '@wa-ml/config';
import { planRepo } from '@wa-ml/blueprint';
import { pipelineDefinition, type PipelineSetting } from '@wa-ml/constructs';
import { loadTemplates } from '@wa-ml/project';
import { describe, expect, it } from 'vitest';
import { textOf } from '../packages/project/test/repository';

const root = join(__dirname, '..');
const python = join(root, '.venv/bin/python');
const steps = join(root, 'packages/config/src/step-graph/training-steps.json');
const setting: PipelineSetting = JSON.parse(
  readFileSync(join(root, 'packages/constructs/test/golden/cases.json'), 'utf8'),
)['spot-tuned'];

/** The steps as the local runner has them. */
function locally(options: readonly StepOption[]): any[] {
  if (!existsSync(python)) throw new Error('There is no .venv: run `npm test` once, it makes one.');
  const folder = mkdtempSync(join(tmpdir(), 'steps-'));
  try {
    const settings = join(folder, 'settings.json');
    writeFileSync(settings, JSON.stringify({ options }));
    const arguments_ = ['pipeline', '--list', '--root', folder, '--steps', steps];
    const said = execFileSync(python, ['-m', 'ml_runtime', ...arguments_, '--settings', settings], {
      encoding: 'utf8',
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    });
    return JSON.parse(said);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The text of a Std:Join, its parameters by their defaults. */
function joined(join: any, parameters: any[]): string {
  const { On, Values } = join['Std:Join'];
  return Values.map((value: any) =>
    typeof value === 'string'
      ? value
      : String(parameters.find(({ Name }) => `Parameters.${Name}` === value.Get).DefaultValue),
  ).join(On);
}

describe('a job that trains in the pipeline', () => {
  const definition = pipelineDefinition(stepGraph, setting) as any;
  const execution: Record<string, string> = {
    'Parameters.TrainingImage': 'registry.example/acme-ml@sha256:0a1b',
    'Parameters.GitCommit': '5d3c',
  };
  const argumentsOf = (type: string) =>
    definition.Steps.find(({ Type }: any) => Type === type).Arguments;

  it.each([
    ['training', argumentsOf('Training')],
    ['search', argumentsOf('Tuning').TrainingJobDefinition],
  ])('gives the record of a run its image, by digest, and its commit: %s', (_kind, job) => {
    expect(job.AlgorithmSpecification.TrainingImage).toEqual(job.Environment.ML_RUNTIME_IMAGE);
    const environment = Object.fromEntries(
      Object.entries<any>(job.Environment).map(([name, { Get }]) => [name, execution[Get]!]),
    );
    const program =
      'import json, pathlib; from ml_runtime.tracking.lineage import lineage; ' +
      'print(json.dumps(lineage(pathlib.Path())))';
    const env = { PYTHONDONTWRITEBYTECODE: '1', ...environment };
    const lineage = JSON.parse(execFileSync(python, ['-c', program], { encoding: 'utf8', env }));
    expect(lineage).toMatchObject({
      image: execution['Parameters.TrainingImage'],
      commit: execution['Parameters.GitCommit'],
      dirty: false,
    });
  });
});

describe.each([[[] as StepOption[]], [['data', 'tuning'] as StepOption[]], [[...stepOptions]]])(
  'the local runner and the SageMaker pipeline of a model with %j',
  (options) => {
    const definition = pipelineDefinition(stepGraph, { ...setting, options }) as any;
    const gate = definition.Steps.find(({ Type }: any) => Type === 'Condition');
    const remote = [...definition.Steps, ...gate.Arguments.IfSteps];
    const local = locally(options);

    it('have the same steps in the same order, each after the same', () => {
      expect(local.map(({ name }) => name)).toEqual(remote.map(({ Name }) => Name));
      for (const { name, after } of local) {
        const step = remote.find(({ Name }) => Name === name);
        // What is behind the gate comes after it by lying in its branch.
        const expected = gate.Arguments.IfSteps.includes(step)
          ? [gate.Name]
          : (step.DependsOn ?? []);
        expect(after, name).toEqual(expected);
      }
    });

    it('run the same command on the same inputs', () => {
      const processing = remote.filter(({ Type }) => Type === 'Processing');
      expect(processing.length).toBeGreaterThan(1);
      for (const { Name, Arguments } of processing) {
        const step = local.find(({ name }) => name === Name);
        const [flag, ...rest] = Arguments.AppSpecification.ContainerArguments;
        expect([flag, rest.slice(0, step.command.length)]).toEqual(['--command', step.command]);
        const names = (list: any[] | undefined, key: string) => (list ?? []).map((one) => one[key]);
        expect(names(Arguments.ProcessingInputs, 'InputName'), Name).toEqual(step.inputs);
        expect(names(Arguments.ProcessingOutputConfig.Outputs, 'OutputName')).toEqual(step.outputs);
      }
      const train = remote.find(({ Type }) => Type === 'Training').Arguments;
      expect(train.InputDataConfig.map(({ ChannelName }: any) => ChannelName)).toEqual(
        local.find(({ kind }) => kind === 'train').inputs,
      );
    });

    it('close the gate on the same condition, with the same words', () => {
      const step = local.find(({ kind }) => kind === 'gate');
      expect(
        step.conditions.map(({ operator, path, parameter }: any) => [operator, path, parameter]),
      ).toEqual(
        gate.Arguments.Conditions.map(({ Type, LeftValue, RightValue }: any) => [
          Type,
          LeftValue['Std:JsonGet'].Path,
          RightValue.Get.replace('Parameters.', ''),
        ]),
      );
      const [fail] = gate.Arguments.ElseSteps;
      expect([step.failure.name, step.failure.message]).toEqual([
        fail.Name,
        joined(fail.Arguments.ErrorMessage, definition.Parameters),
      ]);
    });
  },
);

describe('a generated repository', () => {
  const content = (path: string, text = textOf()): any => {
    const files = planRepo(readConfiguration(text).normalised, loadTemplates());
    const file = files.find((one) => one.path === path)!;
    expect(file.owner).toBe('managed');
    return JSON.parse(file.content as string);
  };

  it('has the graph as it is declared', () => {
    expect(content(stepGraphPath)).toEqual(JSON.parse(readFileSync(steps, 'utf8')));
  });

  it('tells the runner what a model has, and what its training job gets', () => {
    const tuning = {
      objective: { metric: 'validation_accuracy', type: 'Maximize' },
      parameters: { learning_rate: { type: 'Continuous', min: 0.001, max: 0.1 } },
    };
    const text = textOf({ models: { a: { flavour: 'pytorch-tabular', tuning } } });
    expect(content('models/a/settings.json', text)).toMatchObject({
      options: ['tuning'],
      hyperparameters: { strategy: 'ddp', precision: 'bf16' },
      tuning: { maxJobs: 20, parameters: { learning_rate: { scaling: 'Auto' } } },
    });
    expect(content('models/diagnosis/settings.json')).not.toHaveProperty('tuning');
  });
});
