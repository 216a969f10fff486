// Builds every package: compiled code, schemas, packed templates, the bundled command-line program, and tarballs in tmp/packages.
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleHandlers } from './handlers.mjs';
import { installNodePackages, root, run, step, tool, write } from './steps.mjs';

/** Where the tarballs lie. */
export const packagesFolder = join(root, 'tmp', 'packages');
const app = join(root, 'apps', 'create-wa-ml-project');
/** The command-line program as it is published. */
export const createProgram = join(app, 'dist', 'bin.js');

export async function build() {
  await installNodePackages();
  await step('Compiling', () => tool('tsc', ['-b', 'tsconfig.json']));
  await step('Writing schemas, templates and the bundle', async () => {
    const require = createRequire(import.meta.url);
    const json = (value) => `${JSON.stringify(value, undefined, 2)}\n`;
    write(
      join(root, 'packages/config/wa-ml.schema.json'),
      json(require('../packages/config/lib/index.js').jsonSchema()),
    );
    const { options } = require('../generators/lib/options.js');
    for (const [generator, schema] of Object.entries(options))
      write(join(root, 'generators/schemas', `${generator}.json`), json(schema));
    const {
      packTemplates,
      readTemplateFolder,
    } = require('../packages/project/lib/load-templates.js');
    const templates = packTemplates(readTemplateFolder(join(root, 'templates')));
    write(join(root, 'packages/project/lib/templates.json'), templates);
    write(join(app, 'dist/templates.json'), templates);
    await bundleHandlers();
    const { build: bundle } = require('esbuild');
    await bundle({
      entryPoints: [join(app, 'src/bin.ts')],
      outfile: createProgram,
      bundle: true,
      minify: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      conditions: ['@wa-ml/source'],
      // Its CommonJS form asks for its parts in a way that no bundler can follow.
      alias: { 'jsonc-parser': join(root, 'node_modules/jsonc-parser/lib/esm/main.js') },
      logLevel: 'error',
    });
  });
}

/** Packs every package; each is built first. */
export async function pack() {
  await build();
  await step('Packing', async () => {
    rmSync(packagesFolder, { recursive: true, force: true });
    mkdirSync(packagesFolder, { recursive: true });
    const { workspaces } = JSON.parse(
      await run('npm', ['pkg', 'get', 'workspaces', '--json']).then(
        (text) => `{"workspaces":${text}}`,
      ),
    );
    const folders = workspaces.flatMap((pattern) =>
      pattern.endsWith('/*')
        ? readdirSync(join(root, pattern.slice(0, -2)), { withFileTypes: true })
            .filter((entry) => entry.isDirectory())
            .map((entry) => join(pattern.slice(0, -2), entry.name))
        : [pattern],
    );
    const packable = folders.filter((folder) => existsSync(join(root, folder, 'package.json')));
    await run('npm', [
      'pack',
      '--silent',
      '--pack-destination',
      packagesFolder,
      ...packable.map((folder) => `./${folder}`),
    ]);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await pack();
