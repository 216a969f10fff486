// Writes examples/acme-ml anew: what the demo creates, with our packages by version, no locks and no tarballs.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, createProgram } from './build.mjs';
import { root, run } from './steps.mjs';

await build();
const example = join(root, 'examples/acme-ml');
rmSync(example, { recursive: true, force: true });
await run(process.execPath, [
  createProgram,
  example,
  '--yes',
  '--no-install',
  '--no-git',
  '--model',
  'diagnosis',
  '--model',
  'fraud',
]);
