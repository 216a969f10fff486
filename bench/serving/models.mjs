// The models that all servers serve, really trained, and the bodies of real rows that they are asked with.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { environment } from '../../tools/python.mjs';
import { root, run, step } from '../../tools/steps.mjs';

const require = createRequire(import.meta.url);
const python = join(environment, 'bin/python');

/** Different bodies of each size, so that no cache answers for the model. */
const bodiesOfOneRow = 64;
const largeBodies = 4;
const megabyte = 1_000_000;

/**
 * The model of a new repository (breast cancer, 30 floats), and a larger one behind the same inputs.
 * @returns folders of the models, and files of bodies by size and form.
 */
export async function prepareModels(folder) {
  const {
    configurationText,
    createRepository,
    defaultAnswers,
  } = require('../../packages/project/lib/index.js');
  const repository = join(folder, 'acme-ml');
  createRepository({ directory: repository, configurationText: configurationText(defaultAnswers) });
  const project = join(repository, 'models/diagnosis');
  const env = { PYTHONPATH: join(repository, 'libs/ml-runtime/src'), OMP_NUM_THREADS: '1' };
  const small = join(project, '.ml/model');
  const large = join(folder, 'large/model');
  await step('Training the model', async () => {
    for (const command of [['prepare'], ['train', '--processes', '1']])
      await run(python, ['-m', 'ml_runtime', ...command, '--root', '.ml'], { cwd: project, env });
    mkdirSync(join(folder, 'large'));
    await run(python, [join(root, 'bench/serving/servers/large_model.py'), small, large]);
  });
  return {
    small,
    large,
    root: join(project, '.ml'),
    bodies: writeBodies(folder, join(project, '.ml')),
  };
}

function writeBodies(folder, ml) {
  const [header, ...lines] = readFileSync(join(ml, 'input/data/test/part-0.csv'), 'utf8')
    .trim()
    .split('\n');
  const target = header.split(',').indexOf('diagnosis');
  const rows = lines.map((line) =>
    line
      .split(',')
      .filter((_, at) => at !== target)
      .map(Number),
  );
  const perMegabyte = Math.floor(megabyte / (JSON.stringify(rows).length / rows.length));
  const table = (first, count) =>
    Array.from({ length: count }, (_, at) => rows[(first + at) % rows.length]);
  const sizes = {
    row: Array.from({ length: bodiesOfOneRow }, (_, at) => table(at, 1)),
    megabyte: Array.from({ length: largeBodies }, (_, at) => table(at, perMegabyte)),
  };
  const forms = {
    rows: (instances) => ({ instances }),
    v2: (table) => ({
      inputs: [
        {
          name: 'features',
          shape: [table.length, table[0].length],
          datatype: 'FP32',
          data: table.flat(),
        },
      ],
    }),
  };
  const files = {};
  for (const [size, tables] of Object.entries(sizes)) {
    files[size] = {};
    for (const [form, body] of Object.entries(forms)) {
      const file = (files[size][form] = join(folder, `${size}-${form}.txt`));
      writeFileSync(file, `${tables.map((one) => JSON.stringify(body(one))).join('\n')}\n`);
    }
  }
  return files;
}
