// A generated repository's infra/ with so many models, in a folder of its own below the root (for node_modules).
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '../../tools/steps.mjs';

const require = createRequire(import.meta.url);
const digest = `sha256:${'a'.repeat(64)}`;

/** @returns the folder of infra/; its releases/ have every model in every environment. */
export function infraWith(models) {
  const {
    readConfiguration,
    stepGraph,
    stepGraphPath,
  } = require('../../packages/config/lib/index.js');
  mkdirSync(join(root, 'tmp'), { recursive: true });
  const folder = mkdtempSync(join(root, 'tmp', `bench-synth-${models}-`));
  for (const capability of readdirSync(join(root, 'templates')))
    for (const ownership of ['managed', 'seeded']) {
      const from = join(root, 'templates', capability, ownership, 'infra');
      if (existsSync(from)) cpSync(from, join(folder, 'infra'), { recursive: true });
    }
  mkdirSync(join(folder, 'pipelines'));
  writeFileSync(join(folder, stepGraphPath), JSON.stringify(stepGraph));
  const names = Array.from({ length: models }, (_, index) => `model-${index}`);
  const written = {
    name: 'acme-ml',
    owner: 'ml@acme.example',
    environments: {
      dev: { tier: 'development', account: '111111111111', region: 'eu-west-1' },
      staging: { tier: 'staging', account: '222222222222', region: 'eu-west-1' },
      prod: { tier: 'production', account: '333333333333', region: 'eu-west-1' },
    },
    models: Object.fromEntries(names.map((name) => [name, { flavour: 'pytorch-tabular' }])),
  };
  writeFileSync(join(folder, 'wa-ml.json'), JSON.stringify(written));
  mkdirSync(join(folder, 'releases'));
  const { normalised } = readConfiguration(JSON.stringify(written));
  for (const { name, account, region } of Object.values(normalised.environments)) {
    const release = (model) => ({
      modelPackageArn: `arn:aws:sagemaker:${region}:${account}:model-package/acme-ml-${model}-${name}/3`,
      image: `${account}.dkr.ecr.${region}.amazonaws.com/images`,
      imageDigest: digest,
      modelDataUrl: 's3://bucket/key/model.tar.gz',
      gitCommit: '0123456789abcdef0123456789abcdef01234567',
      approvedBy: 'reviewer@acme.example',
    });
    const releases = Object.fromEntries(names.map((model) => [model, release(model)]));
    writeFileSync(join(folder, 'releases', `${name}.json`), JSON.stringify(releases));
  }
  return folder;
}
