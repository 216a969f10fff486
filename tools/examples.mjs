// Writes examples/acme-ml anew: what the demo creates and an image and a tree model, with our packages by version, no locks and no tarballs.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build, createProgram } from './build.mjs';
import { root, run } from './steps.mjs';

await build();
const example = join(root, 'examples/acme-ml');
const { configurationText, defaultAnswers } = createRequire(import.meta.url)(
  '../packages/project/lib/index.js',
);
const models = {
  diagnosis: { flavour: 'pytorch-tabular' },
  fraud: { flavour: 'pytorch-tabular' },
  digits: { flavour: 'pytorch-image' },
  grower: { flavour: 'xgboost' },
};
const configuration = join(root, 'tmp', 'example.json');
mkdirSync(join(root, 'tmp'), { recursive: true });
writeFileSync(configuration, configurationText({ ...defaultAnswers, models }));
rmSync(example, { recursive: true, force: true });
await run(process.execPath, [
  createProgram,
  example,
  '--config',
  configuration,
  '--no-install',
  '--no-git',
]);
