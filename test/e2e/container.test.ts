import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp, must, read, temporaryFolder, write } from './workshop';
import { baseImage } from './container/base-image';
import {
  buildah,
  buildImage,
  configurationOf,
  containerOf,
  contextOf,
  imageSizes,
  layersOf,
  mounted,
  removeImages,
  runIn,
  type ImageConfiguration,
} from './container/buildah';
import { installContainerPrograms, whyNoContainers } from './container/machine';
import { serveImage, type RunningContainer } from './container/running-container';
import { serveSealed } from './container/sealed';
import { trainedRepository, type TrainedRepository } from './container/trained-repository';

const say = (text: string) => process.stderr.write(`  containers: ${text}\n`);
const reason = whyNoContainers();
if (reason) say(`skipped: ${reason}`);

const inference = 'localhost/acme-ml-diagnosis:inference';
const training = 'localhost/acme-ml-diagnosis:training';
/** SageMaker sends SIGKILL so long after SIGTERM. */
const graceMilliseconds = 30_000;
/** A new instance is to take part of the load at once: scaling out is late already. */
const startMilliseconds = 2000;

/** Built by buildah on a base image made here; the tests go from the files to the last signal, in this order. */
describe.skipIf(reason)(`containers${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let base: string;
  let repository: TrainedRepository;

  beforeAll(async () => {
    const timed = async <Result>(title: string, work: () => Promise<Result>): Promise<Result> => {
      const since = Date.now();
      const result = await work();
      say(`${title}: ${((Date.now() - since) / 1000).toFixed(1)} s`);
      return result;
    };
    removeImages();
    await timed('programs', installContainerPrograms);
    base = await timed('base image', baseImage);
    repository = await timed('trained repository', trainedRepository);
    await timed('inference image', () =>
      buildImage(repository.root, 'models/diagnosis/Dockerfile.inference', inference, {
        BASE_IMAGE: base,
        GIT_COMMIT: 'abc1234',
      }),
    );
  });
  afterAll(() => {
    removeImages();
    cleanUp();
  });

  describe('the inference image', () => {
    let image: ImageConfiguration;
    let container: string;
    const inside = (...command: string[]) => runIn(container, command);
    beforeAll(async () => {
      image = await configurationOf(inference);
      container = await containerOf(inference);
      const sizes = await imageSizes();
      say(`inference image: ${sizes.get(inference)}, of which base: ${sizes.get(base)}`);
    });
    afterAll(() => buildah(['rm', container]));

    it('starts the server on 8080, as a user that is not root and can change nothing in it', async () => {
      expect(image).toMatchObject({
        User: '10001:10001',
        Entrypoint: ['python', '-m', 'ml_runtime'],
        Cmd: ['serve'],
        ExposedPorts: { '8080/tcp': {} },
        WorkingDir: '/opt/ml',
      });
      expect(await inside('id', '-u')).toBe('10001\n');
      // What it may not even look into, it cannot write to.
      const find = 'find / -xdev -writable \\( -type d -o -type f \\) -not -path "/proc/*"';
      expect((await inside('sh', '-c', `${find} 2>/dev/null; true`)).trim().split('\n')).toEqual([
        '/tmp',
        '/var/tmp',
        '/run/lock',
      ]);
    });

    it('says what it is, and how its health is asked for', () => {
      expect(image.Labels).toMatchObject({
        'org.opencontainers.image.title': 'acme-ml diagnosis inference',
        'org.opencontainers.image.vendor': 'ml-platform@acme.example',
        'org.opencontainers.image.revision': 'abc1234',
        'com.amazonaws.sagemaker.capabilities.accept-bind-to-port': 'true',
      });
      expect(image.Healthcheck?.Test.join(' ')).toContain('/ping');
    });

    it('holds exactly the packages that the lock names for serving, and no torch', async () => {
      const installed = (await inside('python', '-c', listPackages)).trim().split('\n').sort();
      expect(installed).toEqual([...repository.locked, 'ml-runtime==0.1.0'].sort());
      expect(installed.join()).toContain('onnxruntime==');
      expect(await inside('python', '-c', findTorch)).toBe('None\n');
    });

    it('is the base and what the Dockerfile adds, no layer of which is larger than its packages', async () => {
      const layers = await layersOf(inference);
      for (const { bytes, by } of layers)
        say(`layer of ${(bytes / 1e6).toFixed(1)} MB, compressed: ${by.slice(0, 80)}`);
      const packages = (await inside('python', '-c', sizeOfPackages)).trim().split('\n');
      for (const line of packages) say(`package ${line}`);
      expect(layers.length).toBeGreaterThan(1);
      // Unpacked, with everything: a copy in a second layer, or a build tool left behind, would show.
      const bytes = Number((await inside('du', '-sb', '/opt/venv')).split('\t')[0]);
      const added = layers.slice(1).reduce((sum, layer) => sum + layer.bytes, 0);
      expect(added).toBeLessThan(bytes);
    });

    it('serves with read-only files and no network', async () => {
      const [first] = repository.heldOut.rows;
      const body = JSON.stringify({ instances: [first] });
      expect(await serveSealed(inference, repository.model, body)).toEqual({
        ping: 200,
        invocation: 200,
        write: 'Read-only file system',
        network: 'Network is unreachable',
        user: 10001,
      });
    });

    it('holds no build tools, and neither code nor data of the repository', async () => {
      expect((await inside('ls', '/opt')).split(/\s+/).filter(Boolean)).toEqual(['ml', 'venv']);
      expect(await inside('find', '/opt/ml', '-type', 'f')).toBe('');
      expect(await inside('sh', '-c', 'ls -d /build; command -v uv gcc; true')).toBe('');
    });
  });

  describe('a container of it', () => {
    let running: RunningContainer;
    const invoke = (body: string, type: string, accept = 'application/json') =>
      fetch(`${running.address}/invocations`, {
        method: 'POST',
        headers: { 'content-type': type, accept },
        body,
      });
    beforeAll(async () => {
      running = await serveImage(inference, repository.model);
      say(`start to first ping: ${running.milliseconds} ms`);
    });
    afterAll(() => running?.kill());

    it('answers GET /ping with 200, from a process that is not root', async () => {
      expect((await fetch(`${running.address}/ping`)).status).toBe(200);
      const processes = running.processes();
      expect(processes[0]?.command).toEqual(expect.arrayContaining(['-m', 'ml_runtime', 'serve']));
      expect(processes.map(({ user }) => user)).toEqual(processes.map(() => 10001));
    });

    it('answers its first /ping within two seconds of its start', async () => {
      // The best of three: what else the machine does can only make it slower.
      const times = [running.milliseconds];
      while (Math.min(...times) >= startMilliseconds && times.length < 3) {
        const another = await serveImage(inference, repository.model);
        times.push(another.milliseconds);
        another.kill();
      }
      expect(Math.min(...times)).toBeLessThan(startMilliseconds);
    });

    it('predicts held-out rows in JSON as ONNX Runtime does outside, and nearly always rightly', async () => {
      const { rows, labels, classes, probabilities } = repository.heldOut;
      const response = await invoke(JSON.stringify({ instances: rows }), 'application/json');
      expect(response.status).toBe(200);
      const { predictions } = (await response.json()) as { predictions: Prediction[] };
      expect(predictions).toHaveLength(rows.length);
      expect(
        worst(
          predictions.map((one) => classes.map((name) => one.probabilities[name]!)),
          probabilities,
        ),
      ).toBeLessThan(1e-5);
      const right = predictions.filter(({ label }, row) => label === labels[row]).length;
      say(`held-out rows answered rightly: ${right} of ${rows.length}`);
      expect(right / rows.length).toBeGreaterThan(0.9);
    });

    it('predicts the same from CSV, with the columns in another order', async () => {
      const { names, rows, classes, probabilities } = repository.heldOut;
      const csv = [names, ...rows].map((cells) => [...cells].reverse().join(',')).join('\n');
      const response = await invoke(csv, 'text/csv', 'text/csv');
      expect(response.headers.get('content-type')).toContain('text/csv');
      const lines = (await response.text())
        .trim()
        .split('\n')
        .map((line) => line.split(','));
      expect(lines).toHaveLength(rows.length);
      expect(
        worst(
          lines.map((cells) => cells.slice(1).map(Number)),
          probabilities,
        ),
      ).toBeLessThan(1e-5);
      for (const [label] of lines) expect(classes).toContain(label);
    });

    it.each([
      ['no JSON', '{"instances": [[1, 2', 'application/json', 400, 'body_not_json'],
      ['too few values', '1,2,3\n', 'text/csv', 422, 'rows_refused'],
      ['another format', '<rows/>', 'application/xml', 415, ''],
    ])('refuses %s with the reason, and goes on', async (_, body, type, status, code) => {
      const response = await invoke(body, type);
      expect(response.status).toBe(status);
      const { error } = (await response.json()) as { error: { code: string; reason: string } };
      expect(error.code).toContain(code);
      expect(error.reason).toMatch(/\w+ .+\./);
      expect((await fetch(`${running.address}/ping`)).status).toBe(200);
    });

    it('ends on SIGTERM in time, with exit code 0 and nothing to complain of', async () => {
      const { code, output, milliseconds } = await running.stop();
      say(`SIGTERM to end: ${milliseconds} ms`);
      const [first, ...others] = output.trim().split('\n');
      expect(first).toMatch(/^serve: pytorch-tabular model /);
      // The rest is what it counted, in CloudWatch's embedded metric format.
      for (const line of others) expect(JSON.parse(line)).toHaveProperty('_aws.CloudWatchMetrics');
      expect(code).toBe(0);
      expect(milliseconds).toBeLessThan(graceMilliseconds);
    });

    it('has written nothing: no cache, no device id, no queue of reports to anybody', async () => {
      const files = await mounted(running.name);
      expect(await must('find', [files, '-xdev', '-user', '10001'], '/')).toBe('');
    });
  });

  describe('the training image, built without its packages (with torch it has 5.6 GB)', () => {
    let lean: string;
    let container: string;
    beforeAll(async () => {
      lean = join(temporaryFolder(), 'acme-ml');
      cpSync(repository.root, lean, {
        recursive: true,
        filter: (path) => !/\/(\.ml|uv\.lock)$/.test(path),
      });
      const project = 'models/diagnosis/pyproject.toml';
      const text = read(lean, project);
      expect(text).toContain(trainGroup);
      write(lean, project, text.replace(trainGroup, 'train = ["ml-runtime"]'));
      await buildImage(lean, 'models/diagnosis/Dockerfile.training', training, {
        BASE_IMAGE: base,
      });
      container = await containerOf(training);
    });

    it('trains with the code of the model, as a user that is not root', async () => {
      expect(await configurationOf(training)).toMatchObject({
        User: '10001:10001',
        Entrypoint: ['python', '-m', 'ml_runtime'],
        Cmd: ['train'],
        WorkingDir: '/opt/ml/code',
        Env: expect.arrayContaining(['NVIDIA_VISIBLE_DEVICES=all', 'ORT_DISABLE_TELEMETRY=1']),
      });
      expect(await runIn(container, ['id', '-u'])).toBe('10001\n');
      expect(await runIn(container, ['ls', '/opt/ml/code'])).toBe(
        'data.py\nfeatures.py\nmodel.py\nsettings.json\n',
      );
    });

    it('can write where SageMaker collects, and says there why a job failed', async () => {
      const folders = ['model', 'checkpoints', 'output'].map((name) => `/opt/ml/${name}/try`);
      await runIn(container, ['touch', ...folders]);
      const train = 'python -m ml_runtime train; echo $?';
      expect(await runIn(container, ['sh', '-c', train])).toMatch(/^1$/m);
      expect(await runIn(container, ['cat', '/opt/ml/output/failure'])).toMatch(/train|torch/);
    });
  });

  it.each(['inference', 'training'])(
    'shows its code to the %s build, and nothing else',
    async (kind) => {
      const { root } = repository;
      const model = 'models/diagnosis';
      mkdirSync(join(root, model, 'data'), { recursive: true });
      for (const path of [`${model}/data/customers.csv`, `${model}/.ml/input/rows.csv`, '.env'])
        write(root, path, 'private');
      const seen = await contextOf(root, `${model}/Dockerfile.${kind}`);
      const code = /^(models\/diagnosis\/[^/]+|libs\/ml-runtime\/.+\.(py|toml|md|typed))$/;
      expect(seen.filter((path) => !code.test(path))).toEqual([]);
      for (const path of [
        `${model}/features.py`,
        `${model}/uv.lock`,
        'libs/ml-runtime/pyproject.toml',
      ])
        expect(seen).toContain(path);
    },
  );
});

interface Prediction {
  readonly label: string;
  readonly probabilities: Readonly<Record<string, number>>;
}

/** Largest difference between two tables of one shape. */
const worst = (one: number[][], other: number[][]): number =>
  Math.max(
    ...one.flatMap((cells, row) => cells.map((cell, at) => Math.abs(cell - other[row]![at]!))),
  );

// As in the template.
const trainGroup = 'train = ["ml-runtime[train]", "scikit-learn"]';
const findTorch = 'import importlib.util; print(importlib.util.find_spec("torch"))';
const sizeOfPackages = `
import importlib.metadata
sizes = {
    package.name: sum(file.size or 0 for file in package.files or [])
    for package in importlib.metadata.distributions()
}
for name, size in sorted(sizes.items(), key=lambda one: -one[1])[:5]:
    print(f"{name}: {size / 1e6:.1f} MB")
`;
const listPackages = `
import importlib.metadata
for package in importlib.metadata.distributions():
    print(f"{package.metadata['Name'].lower()}=={package.version}")
`;
