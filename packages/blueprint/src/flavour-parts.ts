import { flavourTraits, type Flavour } from '@wa-ml/config';
import { versions, type PythonPackageName } from './versions';

/** What a flavour is made of: the folders under `templates/model/` that its model gets files from, and its packages. */
export interface FlavourParts {
  /** What a row is: `model/data/file/<rows>` reads people's own; a plain table is seen by no features.py. */
  readonly rows: 'table' | 'image' | 'text' | 'plain-table';
  /** Whose sample data it has: `model/data/sample/<flavour>`. @default - its own */
  readonly sampleOf?: Flavour;
  /** How features.py sees a row: `model/features/<features>`. Absent: the program reads the rows as they are. */
  readonly features?: 'coded-table' | 'one-hot-table' | 'image' | 'text';
  /** Requirements of the group serve; our server's, or none. */
  readonly serve: readonly string[];
  /** Requirements of the group train, what its sample data needs among them. */
  readonly train: readonly string[];
  /** Hyperparameters of the short run that its tests share; they must still let it learn. */
  readonly short: readonly string[];
  /** For its README: what model.py holds, and where the sample data comes from. */
  readonly model: string;
}

const network = 'the network with its hyperparameters';
const ourServer = ['ml-runtime[serve]'];

export const flavourParts: Readonly<Record<Flavour, FlavourParts>> = {
  'pytorch-tabular': {
    rows: 'table',
    features: 'coded-table',
    serve: ourServer,
    train: ['ml-runtime[train]', 'scikit-learn'],
    short: ['epochs=10'],
    model: network,
  },
  'pytorch-image': {
    rows: 'image',
    features: 'image',
    serve: ourServer,
    train: ['ml-runtime[train]', 'scikit-learn'],
    short: ['epochs=4'],
    model: `a small convolutional network, trained from scratch: ${network}`,
  },
  'transformer-text': {
    rows: 'text',
    features: 'text',
    serve: ourServer,
    train: ['babel', 'ml-runtime[train]'],
    short: ['epochs=1'],
    model: `a small transformer over characters, trained from scratch: ${network}`,
  },
  xgboost: {
    rows: 'table',
    features: 'one-hot-table',
    serve: ourServer,
    train: ['ml-runtime[train-xgboost]', 'scikit-learn'],
    short: [],
    model:
      'the boosted trees with their hyperparameters; a killed run continues at its newest tree',
  },
  sklearn: {
    rows: 'table',
    features: 'one-hot-table',
    serve: ourServer,
    train: ['ml-runtime[train-sklearn]', 'scikit-learn'],
    short: [],
    model:
      'a scikit-learn pipeline with its hyperparameters; it is kept as ONNX, never as a pickle',
  },
  custom: {
    rows: 'plain-table',
    sampleOf: 'pytorch-tabular',
    serve: [],
    train: ['ml-runtime[train-program]', 'scikit-learn'],
    short: [],
    model: 'a program of your own',
  },
};

/** The folders under `templates/model/` that a model of this flavour gets its files from, `model` itself besides. */
export function foldersOf(flavour: Flavour, hasData: boolean): readonly string[] {
  const { rows, sampleOf = flavour, features } = flavourParts[flavour];
  const { trainedBy } = flavourTraits[flavour];
  return [
    `flavours/${flavour}`,
    ...(features === undefined ? [] : [`features/${features}`]),
    ...(trainedBy === 'program'
      ? ['served-by/program']
      : ['served-by/runtime', `trained-by/${trainedBy}`]),
    hasData ? `data/file/${rows}` : `data/sample/${sampleOf}`,
  ];
}

/** Packages that only some flavours install; every other one of the versions table is pinned for all. */
const onlyFor: Partial<Record<PythonPackageName, readonly Flavour[]>> = {
  babel: ['transformer-text'],
  onnxmltools: ['xgboost'],
  onnxscript: ['pytorch-tabular', 'pytorch-image', 'transformer-text'],
  pillow: ['pytorch-image'],
  safetensors: ['pytorch-tabular', 'pytorch-image', 'transformer-text'],
  'scikit-learn': ['pytorch-tabular', 'pytorch-image', 'xgboost', 'sklearn', 'custom'],
  skl2onnx: ['xgboost', 'sklearn'],
  torch: ['pytorch-tabular', 'pytorch-image', 'transformer-text'],
  xgboost: ['xgboost'],
  'xgboost-cpu': ['xgboost'],
};

/** The build backend, a web interface and the data pipeline have environments of their own. */
const notInstalled: readonly PythonPackageName[] = ['hatchling', 'mlflow', 'pyspark'];

/** `name==version` of every direct dependency, the model's own and ml-runtime's. */
export function pinnedPackages(flavour: Flavour): readonly string[] {
  return (Object.keys(versions.python) as PythonPackageName[])
    .filter((name) => !notInstalled.includes(name) && (onlyFor[name]?.includes(flavour) ?? true))
    .map((name) => `${name}==${versions.python[name]}`);
}
