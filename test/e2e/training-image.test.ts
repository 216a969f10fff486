import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp, must, temporaryFolder } from './workshop';
import { baseImage } from './container/base-image';
import {
  buildImage,
  configurationOf,
  imageSizes,
  mounted,
  containerOf,
  removeImages,
  runIn,
} from './container/buildah';
import { installContainerPrograms, whyNoContainers } from './container/machine';
import { preparedRepository, TrainingJob, type PreparedRepository } from './container/training-job';

const say = (text: string) => process.stderr.write(`  training image: ${text}\n`);
const reason = whyNoContainers();
if (reason) say(`skipped: ${reason}`);

const image = 'localhost/acme-ml-grower:training';

/** Built whole, with every package of its lock: boosted trees bring no torch, whose image has 5.6 GB. */
describe.skipIf(reason)(`the training image${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let repository: PreparedRepository;
  let job: TrainingJob;

  beforeAll(async () => {
    const timed = async <Result>(title: string, work: () => Promise<Result>): Promise<Result> => {
      const since = Date.now();
      const result = await work();
      say(`${title}: ${((Date.now() - since) / 1000).toFixed(1)} s`);
      return result;
    };
    removeImages();
    await timed('programs', installContainerPrograms);
    const base = await timed('base image', baseImage);
    repository = await timed('repository', () => preparedRepository('grower', 'xgboost'));
    await timed('build', () =>
      buildImage(repository.root, 'models/grower/Dockerfile.training', image, {
        BASE_IMAGE: base,
        GIT_COMMIT: 'abc1234',
      }),
    );
    say(`size: ${(await imageSizes()).get(image)}`);
  });
  afterAll(() => {
    removeImages();
    cleanUp();
  });

  it('trains as SageMaker starts it: mounted /opt/ml, read-only root, no network, not root', async () => {
    job = new TrainingJob(image, repository.channels, { seed: '7', rounds: '60', patience: '0' });
    const { code, stdout, stderr } = await job.train();
    expect(`${code} ${stderr}`).toBe('0 ');
    expect(stdout).toContain('train: starting (xgboost;');
    for (const name of [
      'model.onnx',
      'model.json',
      'schema.json',
      'training.json',
      'code/features.py',
    ])
      expect(job.has(`model/${name}`), name).toBe(true);
    expect(job.has('output/failure')).toBe(false);
    expect(JSON.parse(job.read('model/training.json'))).toMatchObject({
      settings: { seed: 7, rounds: 60 },
      framework: { name: 'xgboost' },
    });
    expect(JSON.parse(job.read('output/data/run.json'))).toMatchObject({
      status: 'finished',
      lineage: { commit: 'abc1234', job: 'acme-ml-grower-1' },
    });
    const owners = await must('find', [join(job.folder, 'model'), '-not', '-user', '10001'], '/');
    expect(owners).toBe('');
  });

  it('trained a model that beats the majority class on rows that it has not seen', async () => {
    const root = join(temporaryFolder(), 'ml');
    cpSync(job.folder, root, { recursive: true });
    await repository.runtime('evaluate', '--root', root);
    const report = JSON.parse(readFileSync(join(root, 'output/data/evaluation.json'), 'utf8')) as {
      metrics: { accuracy: { value: number } };
      baseline: { metrics: { accuracy: { value: number } } };
    };
    expect(report.metrics.accuracy.value).toBeGreaterThan(0.88);
    expect(report.baseline.metrics.accuracy.value).toBeLessThan(0.5);
  });

  it('goes on from the checkpoints that a spot job left, and ends with the same trees', async () => {
    const again = new TrainingJob(image, repository.channels, {
      seed: '7',
      rounds: '60',
      patience: '0',
    });
    cpSync(join(job.folder, 'checkpoints'), join(again.folder, 'checkpoints'), { recursive: true });
    // As if the instance had been taken before the last checkpoint.
    await must(
      'sh',
      ['-c', 'rm "$(ls -d "$1"/*/round-* | tail -1)"', 'sh', join(again.folder, 'checkpoints')],
      '/',
    );
    const { code, stdout } = await again.train();
    expect(code).toBe(0);
    expect(stdout).toMatch(/train: continuing after round 50 of 60/);
    expect(again.read('model/model.json')).toBe(job.read('model/model.json'));
  });

  it('says in output/failure why a job failed, and leaves no model', async () => {
    const failing = new TrainingJob(image, repository.channels, { round: '60' });
    const { code } = await failing.train();
    expect(code).toBe(1);
    expect(failing.read('output/failure')).toContain('did you mean "rounds"');
    expect(failing.read('output/failure').length).toBeLessThanOrEqual(1024);
    expect(failing.has('model/model.onnx')).toBe(false);
  });

  it('holds what the lock names for training, no torch and no build tools, and runs as nobody', async () => {
    expect(await configurationOf(image)).toMatchObject({ User: '10001:10001', Cmd: ['train'] });
    const container = await containerOf(image);
    const files = await mounted(container);
    const installed = await must('ls', [join(files, 'opt/venv/lib/python3.11/site-packages')], '/');
    for (const name of ['ml_runtime', 'xgboost', 'pyarrow', 'onnxruntime'])
      expect(installed).toContain(name);
    for (const name of ['torch', 'pytest', 'optuna', 'mlflow'])
      expect(installed.split('\n')).not.toContain(name);
    expect(await runIn(container, ['sh', '-c', 'ls -d /build; command -v uv gcc; true'])).toBe('');
  });
});
