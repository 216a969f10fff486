// Bundles the Lambda functions that @wa-ml/constructs ships: where a repository synthesises, nothing is bundled.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './steps.mjs';

const constructs = join(root, 'packages', 'constructs');
/** Name of a function's folder in the package, and where its code begins. */
const handlers = { 'front-door': 'src/serving/front-door/handler/index.ts' };

/** Writes packages/constructs/handlers/<name>/index.js. The same sources give the same bytes, so that CDK sees no change. */
export async function bundleHandlers() {
  const { build } = createRequire(import.meta.url)('esbuild');
  await Promise.all(
    Object.entries(handlers).map(([name, entry]) =>
      build({
        absWorkingDir: constructs,
        entryPoints: [entry],
        outfile: `handlers/${name}/index.js`,
        bundle: true,
        minify: true,
        platform: 'node',
        target: 'node24',
        format: 'cjs',
        // The SDK's ES modules: of its CommonJS form nothing could be left out.
        mainFields: ['module', 'main'],
        logLevel: 'error',
      }),
    ),
  );
}

/** Before the tests of vitest, so that none runs against an old bundle. */
export default bundleHandlers;
