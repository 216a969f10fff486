import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp, must } from './workshop';
import { baseImage } from './container/base-image';
import {
  buildImage,
  configurationOf,
  containerOf,
  mounted,
  removeImages,
} from './container/buildah';
import { installContainerPrograms, whyNoContainers } from './container/machine';
import { serveImage } from './container/running-container';
import { runSealed } from './container/sealed';
import { preparedRepository, TrainingJob, type PreparedRepository } from './container/training-job';

const reason = whyNoContainers();
if (reason) process.stderr.write(`  images of people's own program: skipped: ${reason}\n`);

const images = {
  training: 'localhost/acme-ml-own:training',
  inference: 'localhost/acme-ml-own:inference',
};

describe.skipIf(reason)(`the images of people's own program${reason ? ` (${reason})` : ''}`, () => {
  let repository: PreparedRepository;
  let job: TrainingJob;

  beforeAll(async () => {
    removeImages();
    await installContainerPrograms();
    const base = await baseImage();
    repository = await preparedRepository('own', 'custom');
    for (const [kind, image] of Object.entries(images))
      await buildImage(repository.root, `models/own/Dockerfile.${kind}`, image, {
        BASE_IMAGE: base,
        GIT_COMMIT: 'abc1234',
      });
    job = new TrainingJob(images.training, repository.channels, { epochs: '50' });
  });
  afterAll(() => {
    removeImages();
    cleanUp();
  });

  it('train as SageMaker starts them: mounted /opt/ml, read-only root, no network, not root', async () => {
    const { code, stdout, stderr } = await job.train();
    expect(`${code} ${stderr}`).toBe('0 ');
    expect(stdout).toContain('epoch 50 validation_log_loss=');
    expect(job.has('output/failure')).toBe(false);
    expect(JSON.parse(job.read('model/model.json'))).toHaveProperty('weights');
  });

  it('leave the reason of a failure where SageMaker looks for it', async () => {
    const failing = new TrainingJob(images.training, repository.channels, { epoch: '50' });
    expect((await failing.train()).code).toBe(1);
    expect(failing.read('output/failure')).toContain('no hyperparameter is named epoch');
    expect(failing.has('model/model.json')).toBe(false);
  });

  it('judge in the training image what its server answers, without a network', async () => {
    cpSync(repository.channels, join(job.folder, 'input/data'), { recursive: true });
    const { code, stderr } = await runSealed(
      images.training,
      ['input', 'model', 'output'].map((name) => ({
        from: join(job.folder, name),
        to: `/opt/ml/${name}`,
        readOnly: name !== 'output',
      })),
      ['python', '-m', 'ml_runtime', 'evaluate'],
    );
    expect(`${code} ${stderr}`).toBe('0 ');
    const report = JSON.parse(job.read('output/data/evaluation.json'));
    expect(report.metrics.accuracy.value).toBeGreaterThan(0.93);
  });

  it('serve from an image in which nothing of ours is, and stop when they are told to', async () => {
    expect(await configurationOf(images.inference)).toMatchObject({
      User: '10001:10001',
      Cmd: ['serve'],
      ExposedPorts: { '8080/tcp': {} },
    });
    const files = await mounted(await containerOf(images.inference));
    expect(await must('find', [files, '-name', '*ml_runtime*'], '/')).toBe('');

    const server = await serveImage(images.inference, join(job.folder, 'model'));
    try {
      const [header, row] = readFileSync(join(repository.channels, 'test/part-0.csv'), 'utf8')
        .split('\n')
        .map((line) => line.split(','));
      const instance = Object.fromEntries(header!.map((name, at) => [name, Number(row![at])]));
      const answer = await fetch(`${server.address}/invocations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ instances: [instance] }),
      });
      const { predictions } = (await answer.json()) as { predictions: { label: string }[] };
      expect(['benign', 'malignant']).toContain(predictions[0]!.label);
      const { code, milliseconds } = await server.stop();
      expect(code).toBe(0);
      expect(milliseconds).toBeLessThan(30_000);
    } finally {
      server.kill();
    }
  });
});
