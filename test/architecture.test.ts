import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { capabilities } from '@wa-ml/blueprint';
import { loadTemplates } from '@wa-ml/project';
import { ESLint } from 'eslint';
import { beforeAll, describe, expect, it } from 'vitest';

const root = join(__dirname, '..');
const eslint = new ESLint({ cwd: root });

/** The rules that a text breaks, as if it stood in a file of that name. */
async function broken(file: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: join(root, file) });
  return [...new Set(result!.messages.map(({ ruleId, message }) => ruleId ?? message))];
}

describe('layers', () => {
  // The layering rule reads the project graph from Nx's cache.
  beforeAll(
    () =>
      void execFileSync(join(root, 'node_modules/.bin/nx'), ['show', 'projects'], {
        cwd: root,
        env: { ...process.env, NX_DAEMON: 'false' },
      }),
  );

  const upward: [string, string][] = [
    ['packages/config/src/x.ts', '@wa-ml/blueprint'],
    ['packages/blueprint/src/x.ts', '@wa-ml/project'],
    ['packages/constructs/src/x.ts', '@wa-ml/blueprint'],
    ['packages/ops/src/x.ts', '@wa-ml/project'],
    ['packages/project/src/x.ts', '@wa-ml/constructs'],
    ['generators/src/x.ts', '@wa-ml/constructs'],
    ['apps/create-wa-ml-project/src/x.ts', '@wa-ml/ops'],
  ];
  it.each(upward)('%s may not import %s', async (file, name) => {
    expect(await broken(file, `import { a } from '${name}';\nexport const b = a;\n`)).toContain(
      '@nx/enforce-module-boundaries',
    );
  });
  const downward: [string, string][] = [
    ['packages/blueprint/src/x.ts', '@wa-ml/config'],
    ['packages/project/src/x.ts', '@wa-ml/blueprint'],
    ['generators/src/x.ts', '@wa-ml/project'],
  ];
  it.each(downward)('%s may import %s', async (file, name) => {
    expect(await broken(file, `import { a } from '${name}';\nexport const b = a;\n`)).toEqual([]);
  });
});

describe('purity', () => {
  const impure: [string, string, string][] = [
    [
      'the file system',
      `import { readFileSync } from 'node:fs';\nexport const x = readFileSync;\n`,
      'no-restricted-imports',
    ],
    [
      'the file system by its old name',
      `import { readFileSync } from 'fs';\nexport const x = readFileSync;\n`,
      'no-restricted-imports',
    ],
    [
      'processes',
      `import { spawn } from 'node:child_process';\nexport const x = spawn;\n`,
      'no-restricted-imports',
    ],
    ['the network', `export const x = () => fetch('http://127.0.0.1');\n`, 'no-restricted-globals'],
    ['the environment', `export const x = process.env;\n`, 'no-restricted-globals'],
    ['the clock', `export const x = new Date();\n`, 'no-restricted-syntax'],
    ['the clock as a number', `export const x = Date.now();\n`, 'no-restricted-syntax'],
    ['random numbers', `export const x = Math.random();\n`, 'no-restricted-syntax'],
    [
      'projen',
      `import { Project } from 'projen';\nexport const x = Project;\n`,
      '@nx/enforce-module-boundaries',
    ],
    [
      'the CDK',
      `import { App } from 'aws-cdk-lib';\nexport const x = App;\n`,
      '@nx/enforce-module-boundaries',
    ],
    [
      'Nx',
      `import { logger } from '@nx/devkit';\nexport const x = logger;\n`,
      '@nx/enforce-module-boundaries',
    ],
  ];
  for (const layer of ['config', 'blueprint']) {
    it.each(impure)(`${layer} may not use %s`, async (_title, text, rule) => {
      expect(await broken(`packages/${layer}/src/x.ts`, text)).toContain(rule);
    });
  }
  it('binds only the pure layers', async () => {
    expect(await broken('packages/project/src/x.ts', impure[0]![1])).toEqual([]);
  });
  it('lets libraries print nothing', async () => {
    expect(await broken('packages/ops/src/x.ts', `console.log('x');\n`)).toContain('no-console');
  });
});

describe('one vocabulary', () => {
  const words = capabilities.map(({ word }) => word);

  it('names a room in the blueprint and in the templates by the same word', () => {
    const folders = readdirSync(join(root, 'packages/blueprint/src/capabilities'), {
      withFileTypes: true,
    }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).sort()).toEqual([...words].sort());
    expect(readdirSync(join(root, 'templates')).sort()).toEqual([...words].sort());
  });

  it('leaves no template that nothing plans', () => {
    const reached =
      /^(workspace|runtime|foundation|data|training|serving|monitoring|recovery|cost|delivery|model|model\/(flavours|features|trained-by|served-by|data\/file|data\/sample)\/[^/]+)\/(managed|seeded)\//;
    expect([...loadTemplates().keys()].filter((path) => !reached.test(path))).toEqual([]);
  });

  it("maps this repository's folders in the README as they are", () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const rows = [...readme.matchAll(/^\| `([^`]+)\/`\s+\|/gm)].map((match) => match[1]!);
    expect(rows.length).toBeGreaterThan(8);
    expect(rows.filter((folder) => !existsSync(join(root, folder)))).toEqual([]);
    const real = ['apps', 'packages'].flatMap((folder) =>
      readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
    );
    expect(
      [...real, 'generators', 'templates', 'test', 'bench', 'examples', 'tools', 'docs'].filter(
        (folder) => !rows.includes(folder),
      ),
    ).toEqual([]);
  });
});
