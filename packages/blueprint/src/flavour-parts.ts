import type { Flavour } from '@wa-ml/config';
import { versions, type PythonPackageName } from './versions';

/** What a flavour is made of: the folders under `templates/model/` that its model gets files from, and its packages. */
export interface FlavourParts {
  /** What a row is: `model/data/file/<rows>` reads people's own. */
  readonly rows: 'table' | 'image' | 'text';
  /** How features.py sees a row: `model/features/<features>`. */
  readonly features: 'coded-table' | 'one-hot-table' | 'image' | 'text';
  /** Who trains it: ml_runtime's loop, or its library's own `fit`: `model/trained-by/<trainedBy>`. */
  readonly trainedBy: 'network' | 'estimator';
  /** Requirements of the group train, what its sample data needs among them. */
  readonly train: readonly string[];
  /** Hyperparameters of the short run that its tests share; they must still let it learn. */
  readonly short: readonly string[];
  /** For its README: what model.py holds, and where the sample data comes from. */
  readonly model: string;
}

const network = 'the network with its hyperparameters';

export const flavourParts: Readonly<Record<Flavour, FlavourParts>> = {
  'pytorch-tabular': {
    rows: 'table',
    features: 'coded-table',
    trainedBy: 'network',
    train: ['ml-runtime[train]', 'scikit-learn'],
    short: ['epochs=10'],
    model: network,
  },
  'pytorch-image': {
    rows: 'image',
    features: 'image',
    trainedBy: 'network',
    train: ['ml-runtime[train]', 'scikit-learn'],
    short: ['epochs=4'],
    model: `a small convolutional network, trained from scratch: ${network}`,
  },
  'transformer-text': {
    rows: 'text',
    features: 'text',
    trainedBy: 'network',
    train: ['babel', 'ml-runtime[train]'],
    short: ['epochs=1'],
    model: `a small transformer over characters, trained from scratch: ${network}`,
  },
  xgboost: {
    rows: 'table',
    features: 'one-hot-table',
    trainedBy: 'estimator',
    train: ['ml-runtime[train-xgboost]', 'scikit-learn'],
    short: [],
    model:
      'the boosted trees with their hyperparameters; a killed run continues at its newest tree',
  },
  sklearn: {
    rows: 'table',
    features: 'one-hot-table',
    trainedBy: 'estimator',
    train: ['ml-runtime[train-sklearn]', 'scikit-learn'],
    short: [],
    model:
      'a scikit-learn pipeline with its hyperparameters; it is kept as ONNX, never as a pickle',
  },
};

/** Packages that only some flavours install; every other one of the versions table is pinned for all. */
const onlyFor: Partial<Record<PythonPackageName, readonly Flavour[]>> = {
  babel: ['transformer-text'],
  onnxmltools: ['xgboost'],
  onnxscript: ['pytorch-tabular', 'pytorch-image', 'transformer-text'],
  pillow: ['pytorch-image'],
  safetensors: ['pytorch-tabular', 'pytorch-image', 'transformer-text'],
  'scikit-learn': ['pytorch-tabular', 'pytorch-image', 'xgboost', 'sklearn'],
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
