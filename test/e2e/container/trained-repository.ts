import { join } from 'node:path';
import { configurationText, createRepository, defaultAnswers, findUv } from '@wa-ml/project';
import { must, temporaryFolder, toolRoot } from '../workshop';

/** Rows that the model has not seen, and what ONNX Runtime says of them in this process's Python. */
export interface HeldOut {
  readonly names: string[];
  readonly rows: number[][];
  readonly labels: string[];
  readonly classes: string[];
  /** [rows, classes] */
  readonly probabilities: number[][];
}

export interface TrainedRepository {
  readonly root: string;
  /** What SageMaker unpacks model.tar.gz to. */
  readonly model: string;
  readonly heldOut: HeldOut;
  /** What the lock says serving installs on this machine, as name==version; without ml-runtime. */
  readonly locked: string[];
}

/** A new repository with a lock, whose model diagnosis is really trained. */
export async function trainedRepository(): Promise<TrainedRepository> {
  const root = join(temporaryFolder(), 'acme-ml');
  createRepository({ directory: root, configurationText: configurationText(defaultAnswers) });
  const folder = join(root, 'models/diagnosis');
  const uv = (...args: string[]) => must(findUv(join(toolRoot, '.cache')), args, folder);
  // The repository's own runtime, with the packages of this project's environment.
  const python = (...args: string[]) =>
    must(join(toolRoot, '.venv/bin/python'), args, folder, {
      PYTHONPATH: join(root, 'libs/ml-runtime/src'),
    });
  await uv('lock', '--quiet');
  const exported = await uv(
    ...['export', '--frozen', '--quiet', '--no-header', '--no-annotate', '--no-hashes'],
    ...['--no-default-groups', '--group', 'serve', '--no-emit-package', 'ml-runtime'],
  );
  await python('-m', 'ml_runtime', 'prepare', '--root', '.ml');
  await python('-m', 'ml_runtime', 'train', '--root', '.ml', '--processes', '1');
  const heldOut = JSON.parse(await python('-c', answerHeldOutRows)) as HeldOut;
  return {
    root,
    model: join(folder, '.ml/model'),
    heldOut,
    // Lines with a marker are for other systems, but for what only Windows goes without.
    locked: exported
      .split('\n')
      .filter((line) => /^[^#;]+==[^;]+(; sys_platform != 'win32')?$/.test(line.trim()))
      .map((line) => line.split(';')[0]!.trim()),
  };
}

const answerHeldOutRows = `
import csv, json
from pathlib import Path
from ml_runtime.inference import load_exported_model
from ml_runtime.tables import read_csv

model, file = load_exported_model(Path(".ml/model")), Path(".ml/input/data/test/part-0.csv")
columns = read_csv(file, model.schema.inputs)
(target,) = set(next(csv.reader(file.open()))) - set(columns)
print(json.dumps({
    "names": list(columns),
    "rows": [list(row) for row in zip(*(values.tolist() for values in columns.values()))],
    "labels": [row[target] for row in csv.DictReader(file.open())],
    "classes": list(model.schema.classes),
    "probabilities": model.answers(columns).tolist(),
}))
`;
