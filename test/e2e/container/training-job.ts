import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationText, createRepository, defaultAnswers, findUv } from '@wa-ml/project';
import type { Flavour } from '@wa-ml/config';
import { must, temporaryFolder, toolRoot, type Finished } from '../workshop';
import { configurationOf } from './buildah';
import { runSealed } from './sealed';

/** A repository with one model, its lock and its channels, but nothing trained. */
export interface PreparedRepository {
  readonly root: string;
  /** Folder of the channels train, validation and test. */
  readonly channels: string;
  /** Runs ml_runtime with this project's environment, in the model's folder. @returns what it printed. */
  runtime(...args: string[]): Promise<string>;
}

export async function preparedRepository(
  model: string,
  flavour: Flavour,
): Promise<PreparedRepository> {
  const root = join(temporaryFolder(), 'acme-ml');
  createRepository({
    directory: root,
    configurationText: configurationText({ ...defaultAnswers, models: { [model]: { flavour } } }),
  });
  const folder = join(root, 'models', model);
  const runtime = (...args: string[]) =>
    must(join(toolRoot, '.venv/bin/python'), ['-m', 'ml_runtime', ...args], folder, {
      PYTHONPATH: join(root, 'libs/ml-runtime/src'),
    });
  await must(findUv(join(toolRoot, '.cache')), ['lock', '--quiet'], folder);
  await runtime('prepare', '--root', '.ml');
  return { root, channels: join(folder, '.ml/input/data'), runtime };
}

/** /opt/ml of one training job, as SageMaker mounts it. */
export class TrainingJob {
  readonly folder = join(temporaryFolder(), 'ml');

  /**
   * @param image what is run; its user owns what it may write to.
   * @param channels folder of the channels.
   * @param hyperparameters as CreateTrainingJob takes them: all values are texts.
   */
  constructor(
    private readonly image: string,
    channels: string,
    hyperparameters: Readonly<Record<string, string>>,
  ) {
    const config = join(this.folder, 'input/config');
    mkdirSync(config, { recursive: true });
    cpSync(channels, join(this.folder, 'input/data'), { recursive: true });
    const channel = { TrainingInputMode: 'File', S3DistributionType: 'FullyReplicated' };
    const files = {
      hyperparameters,
      inputdataconfig: { train: channel, validation: channel, test: channel },
      resourceconfig: {
        current_host: 'algo-1',
        current_instance_type: 'ml.m5.large',
        hosts: ['algo-1'],
        network_interface_name: 'eth0',
      },
    };
    for (const [name, content] of Object.entries(files))
      writeFileSync(join(config, `${name}.json`), JSON.stringify(content));
    for (const name of ['model', 'checkpoints', 'output']) mkdirSync(join(this.folder, name));
  }

  /** docker run IMAGE train, sealed. */
  async train(): Promise<Finished> {
    const { Entrypoint, User } = await configurationOf(this.image);
    const writable = ['model', 'checkpoints', 'output'].map((name) => join(this.folder, name));
    await must('chown', ['--recursive', User, ...writable], '/');
    return runSealed(
      this.image,
      [
        { from: join(this.folder, 'input'), to: '/opt/ml/input', readOnly: true },
        ...['model', 'checkpoints', 'output'].map((name) => ({
          from: join(this.folder, name),
          to: `/opt/ml/${name}`,
          readOnly: false,
        })),
      ],
      [...Entrypoint, 'train'],
      { TRAINING_JOB_NAME: 'acme-ml-grower-1' },
    );
  }

  has = (path: string): boolean => existsSync(join(this.folder, path));
  read = (path: string): string => readFileSync(join(this.folder, path), 'utf8');
}
