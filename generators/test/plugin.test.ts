import { execSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfiguration } from '@wa-ml/config';
import { createNodesV2 } from '@wa-ml/nx';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, textOf, write } from '../../packages/project/test/repository';
import { modelProject } from '../src/plugin/targets';

async function projectsOf(text: string) {
  const root = temporaryFolder();
  writeFileSync(join(root, 'wa-ml.json'), text);
  const [, createNodes] = createNodesV2;
  const results = await createNodes(['wa-ml.json'], undefined, {
    workspaceRoot: root,
    nxJsonConfiguration: {},
  });
  return results.flatMap(([, { projects }]) => Object.values(projects ?? {}));
}

describe('inferred projects', () => {
  it('are one for each model, the runtime and the infrastructure', async () => {
    const projects = await projectsOf(
      textOf({ models: { a: { flavour: 'pytorch-tabular' }, b: { flavour: 'pytorch-tabular' } } }),
    );
    expect(projects.map(({ root }) => root).sort()).toEqual([
      'infra',
      'libs/ml-runtime',
      'models/a',
      'models/b',
    ]);
    expect(Object.keys(projects.find(({ root }) => root === 'models/a')!.targets!)).toEqual(
      expect.arrayContaining([
        'test',
        'lint',
        'validate',
        'tune',
        'train',
        'evaluate',
        'log',
        'experiments',
        'serve',
        'loadtest',
      ]),
    );
    expect(Object.keys(projects.find(({ root }) => root === 'infra')!.targets!)).toContain('synth');
  });

  /** The commands by which the runtime is tested and checked where these are the models, by their flavours. */
  async function runtimeCommands(models: Record<string, string>) {
    const projects = await projectsOf(
      textOf({
        models: Object.fromEntries(
          Object.entries(models).map(([name, flavour]) => [name, { flavour }]),
        ),
      }),
    );
    const { targets } = projects.find(({ root }) => root === 'libs/ml-runtime')!;
    return {
      test: (targets?.['test']?.options as { command: string } | undefined)?.command,
      lint: (targets?.['lint']?.options as { commands: string[] } | undefined)?.commands.at(-1),
    };
  }

  it('test the runtime in a model’s environment, also where no model has PyTorch', async () => {
    const uv = (model: string) => `wa-ml uv run --project ../../models/${model}`;
    expect(await runtimeCommands({ a: 'sklearn', b: 'xgboost' })).toEqual({
      test: `${uv('b')} pytest`,
      lint: `${uv('b')} mypy src --ignore-missing-imports --allow-subclassing-any --allow-untyped-decorators --no-warn-return-any --no-warn-unused-ignores`,
    });
    expect(await runtimeCommands({ a: 'sklearn' })).toMatchObject({ test: `${uv('a')} pytest` });
    expect(await runtimeCommands({})).toEqual({});
  });

  it('test the runtime where most of its tests find what they need', async () => {
    const { test, lint } = await runtimeCommands({
      a: 'xgboost',
      b: 'transformer-text',
      c: 'pytorch-tabular',
      d: 'pytorch-image',
    });
    expect(test).toContain('models/d pytest');
    expect(lint).toMatch(/models\/d mypy src$/);
  });

  it.each(['', '{', '{"name": 1}'])(
    'are none for the half-written %j: the graph must not break',
    async (text) => {
      expect(await projectsOf(text)).toEqual([]);
    },
  );

  it('train as wa-ml.json says', () => {
    const train = (training: object) => {
      const { normalised } = readConfiguration(
        textOf({ models: { a: { flavour: 'pytorch-tabular', training } } }),
      );
      return (
        modelProject(normalised.models['a']!, normalised).targets!['train']!.options as {
          command: string;
        }
      ).command;
    };
    expect(train({})).toMatch(/--strategy ddp --precision bf16 --processes 2$/);
    expect(train({ strategy: 'single', precision: 'fp32' })).toMatch(
      /--strategy single --precision fp32$/,
    );
    expect(
      train({
        instanceType: 'ml.g4dn.xlarge',
        precision: 'fp16',
        hyperparameters: { epochs: 5, sample: 0.1 },
      }),
    ).toMatch(/--precision bf16 --processes 2 --set epochs=5 --set sample=0.1$/);
  });

  it("of people's own program have nothing that only our training or our server does", () => {
    const text = textOf({
      models: { a: { flavour: 'custom', training: { hyperparameters: { epochs: 5 } } } },
    });
    const { normalised } = readConfiguration(text);
    const targets = modelProject(normalised.models['a']!, normalised).targets!;
    expect(Object.keys(targets).sort()).toEqual([
      ...['evaluate', 'experiments', 'lint', 'pipeline', 'prepare'],
      ...['serve', 'test', 'train', 'validate'],
    ]);
    const { command } = targets['train']!.options as { command: string };
    expect(command).toMatch(/ml_runtime train --root \.ml --set epochs=5$/);
    for (const name of ['evaluate', 'serve']) expect(targets[name]!.dependsOn).toEqual(['train']);
  });

  it('run the pipeline with the settings of settings.json, as often as they are asked to', () => {
    const { normalised } = readConfiguration(textOf());
    const { pipeline } = modelProject(normalised.models['diagnosis']!, normalised).targets!;
    expect(pipeline).toMatchObject({
      cache: false, // the runner has a cache of its own, and registers
      options: { command: 'wa-ml uv run python -m ml_runtime pipeline --root .ml --processes 2' },
      outputs: ['{projectRoot}/.ml/pipeline'],
    });
  });

  it('optimise as wa-ml.json says, before anything judges or serves the model', () => {
    const { normalised } = readConfiguration(
      textOf({ models: { a: { flavour: 'pytorch-tabular', optimise: { prune: 0.25 } } } }),
    );
    const { optimise, evaluate, serve } = modelProject(
      normalised.models['a']!,
      normalised,
    ).targets!;
    expect((optimise!.options as { command: string }).command).toMatch(
      / optimise --root .ml --quantise int8 --prune 0.25 --max-accuracy-drop 0.005 --min-latency-reduction 0.3$/,
    );
    expect([evaluate!.dependsOn, serve!.dependsOn]).toEqual([['optimise'], ['optimise']]);
  });

  it('are cached by the code of their own model and the runtime only', () => {
    const { normalised } = readConfiguration(textOf());
    const inputs = modelProject(normalised.models['diagnosis']!, normalised).targets!['train']!
      .inputs as string[];
    expect(
      inputs.every((input) => input.includes('{projectRoot}') || input.includes('libs/ml-runtime')),
    ).toBe(true);
    expect(inputs).toContain('!{projectRoot}/.ml/**/*');
    // No target reads it: an endpoint's size must not train the model again.
    expect(inputs).toContain('!{projectRoot}/settings.json');
  });

  it('are cached by the content of people’s own data, which Git ignores', () => {
    const file = 'data/rows of $(date) & "ours".csv';
    const { normalised } = readConfiguration(
      textOf({ models: { a: { flavour: 'pytorch-tabular', data: { file, target: 'y' } } } }),
    );
    const { targets } = modelProject(normalised.models['a']!, normalised);
    const [{ runtime }] = targets!['train']!.inputs!.filter(
      (input): input is { runtime: string } => typeof input === 'object' && 'runtime' in input,
    ) as [{ runtime: string }];
    expect(targets!['prepare']!.inputs).toEqual(targets!['train']!.inputs);
    const root = temporaryFolder();
    const key = () => execSync(runtime, { cwd: root, encoding: 'utf8' }).trim();
    expect(key()).toBe('none');
    write(root, `models/a/${file}`, 'x,y\n1,2\n');
    const first = key();
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    write(root, `models/a/${file}`, 'x,y\n1,3\n');
    expect(key()).not.toBe(first);
  });
});
