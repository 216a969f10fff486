/**
 * Every version that generated repositories pin. Nothing else holds one.
 * A change here reaches each repository as an ordinary change of a managed file.
 */
export const versions = {
  /** Our own packages. */
  waMl: '0.3.0',
  /** Engines and tools. */
  tools: {
    node: '20.19.0',
    /** The oldest that any supported Node comes with. */
    npm: '10.0',
    /** The first with `git init --initial-branch`. */
    git: '2.28',
    python: '3.11',
    /** Installed into `.wa-ml/tools` where no uv is at hand. */
    uv: '0.13.8',
    actionlint: '1.7.12',
  },
  /** npm packages. Nx stays at 23.2.1: newer releases lack platform binaries in the registry. */
  npm: {
    '@nx/devkit': '23.2.1',
    '@types/node': '20.19.43',
    'aws-cdk': '2.1148.1',
    'aws-cdk-lib': '2.276.0',
    'cdk-nag': '3.0.2',
    constructs: '10.8.1',
    eslint: '9.39.1',
    nx: '23.2.1',
    projen: '0.103.24',
    'ts-node': '10.9.2',
    typescript: '6.0.3',
    'typescript-eslint': '8.73.0',
    vitest: '4.1.12',
  },
  /** Python packages, as constraints of every model's lock. */
  python: {
    alembic: '1.20.1',
    babel: '2.18.0',
    granian: '2.8.7',
    hatchling: '1.33.0',
    hypothesis: '6.170.15',
    /** Only its web interface, which `nx experiments` starts; models depend on mlflow-skinny. */
    mlflow: '3.17.2',
    'mlflow-skinny': '3.17.2',
    mypy: '2.4.1',
    numpy: '2.4.6',
    onnx: '1.23.2',
    onnxmltools: '1.16.0',
    onnxruntime: '1.31.1',
    onnxscript: '0.7.2',
    optuna: '5.0.0',
    orjson: '3.13.0',
    pillow: '13.0.0',
    pyarrow: '26.0.1',
    /** The Spark of Glue 5.1, which brings its own: only tests on a laptop install it. */
    pyspark: '3.5.6',
    pytest: '9.2.0',
    ruff: '0.17.5',
    safetensors: '0.8.0',
    'scikit-learn': '1.9.1',
    'sagemaker-mlflow': '0.5.0',
    scipy: '1.17.1',
    skl2onnx: '1.20.0',
    sqlalchemy: '2.1.9',
    torch: '2.15.0',
    uvloop: '0.23.0',
    xgboost: '3.2.0',
    /** The same library without CUDA (18 MB in place of 500); there is none for macOS, whose xgboost has no CUDA. */
    'xgboost-cpu': '3.2.0',
  },
  /**
   * Container base images. The digest is filled in by whoever can read the registry and is never invented:
   * while it is undefined, an image for production is refused unless wa-ml.json names one in `baseImages`.
   */
  baseImages: {
    training: {
      name: 'docker.io/library/python:3.11-slim-bookworm',
      digest: undefined as string | undefined,
    },
    inference: {
      name: 'docker.io/library/python:3.11-slim-bookworm',
      digest: undefined as string | undefined,
    },
  },
  /** GitHub Actions by commit; each pair was seen written out in at least two public workflows. */
  actions: {
    'actions/checkout': { sha: '3d3c42e5aac5ba805825da76410c181273ba90b1', tag: 'v7.0.1' },
    'actions/setup-node': { sha: '949feb2413d6458794dcd2491c4babbbce0c15c1', tag: 'v7.1.0' },
    'actions/setup-python': { sha: '5fda3b95a4ea91299a34e894583c3862153e4b97', tag: 'v7.0.0' },
    'astral-sh/setup-uv': { sha: 'c18668ad3cf93ea998bef934396af7bb5c839dc7', tag: 'v10.2.0' },
    'aws-actions/configure-aws-credentials': {
      sha: 'e1253824e5c10ff9df46874f81ed3ec929e19cfd',
      tag: 'v6.3.0',
    },
  },
} as const;

export type PythonPackageName = keyof typeof versions.python;
export type ActionName = keyof typeof versions.actions;
export type NpmPackageName = keyof typeof versions.npm;
