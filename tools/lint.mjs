// Layers, purity, types and layout of this repository.
import { installNodePackages, root, run, step, tool } from './steps.mjs';
import { join } from 'node:path';

await installNodePackages();
await step('eslint', async () => {
  // The layering rule reads the project graph from Nx's cache and passes silently where there is none.
  await tool('nx', ['show', 'projects'], { env: { NX_DAEMON: 'false' } });
  const output = await run(
    process.execPath,
    [join(root, 'node_modules/eslint/bin/eslint.js'), '.', ...process.argv.slice(2)],
    { shown: true },
  );
  if (output.includes('The rule will be skipped'))
    throw new Error('The layering rule was skipped: Nx has no project graph.');
});
await step('prettier', () => tool('prettier', ['--check', '.'], { shown: true }));
