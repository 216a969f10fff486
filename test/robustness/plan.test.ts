import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { planRepo, type PlannedFile } from '@wa-ml/blueprint';
import { readConfiguration, type Configuration } from '@wa-ml/config';
import { loadTemplates, WaMlProject } from '@wa-ml/project';
import fc from 'fast-check';
import ts from 'typescript';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { configurations, propertyPaths } from './configurations';
import { effort } from './effort';

const textOf = (configuration: Configuration): string =>
  `${JSON.stringify(configuration, undefined, 2)}\n`;
const cases: Configuration[] = [];
/** Every different text that was planned, with one path of it. */
const files = new Map<string, PlannedFile>();

// A deep run takes its time.
vi.setConfig({ testTimeout: 900_000, hookTimeout: 900_000 });

beforeAll(() => {
  fc.assert(
    fc.property(configurations, (one) => void cases.push(one)),
    effort({ usual: 100, deep: 1000 }),
  );
});

/** Says which configuration it was: the cases are made before the tests, so fast-check cannot. */
function forAll(claim: (configuration: Configuration) => void): void {
  for (const configuration of cases) {
    try {
      claim(configuration);
    } catch (error) {
      throw new Error(`${(error as Error).message}\nwith ${textOf(configuration)}`, {
        cause: error,
      });
    }
  }
}

describe('the plan of a random valid configuration', () => {
  it('is tried with every property of the schema', () => {
    const paths = propertyPaths();
    const seen = new Set<string>();
    const visit = (value: unknown, prefix: string): void => {
      for (const [key, inner] of Object.entries((value as object | null) ?? {})) {
        const known = paths.includes(`${prefix}${key}`);
        seen.add(`${prefix}${known ? key : '*'}`);
        if (typeof inner === 'object') visit(inner, `${prefix}${known ? key : '*'}.`);
      }
    };
    cases.forEach((one) => visit(one, ''));
    expect(paths.filter((path) => !seen.has(path))).toEqual([]);
  });

  it('has paths inside the repository, different on a file system that ignores case, and legal on Windows', () => {
    forAll((configuration) => {
      const plan = new WaMlProject({
        root: '/nowhere',
        configurationText: textOf(configuration),
      }).plan();
      const paths = plan.map(({ path }) => path);
      for (const path of paths) {
        expect(path).toMatch(/^[^/\\:*?"<>|\u0000-\u001f]+(\/[^/\\:*?"<>|\u0000-\u001f]+)*$/);
        for (const part of path.split('/')) {
          expect(part, path).not.toMatch(/^(\.{1,2}|.*[. ])$/);
          expect(part, path).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
        }
      }
      expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(paths.length);
      for (const file of plan) files.set(`${extension(file.path)}\n${file.content}`, file);
    });
  });

  it('is a function: the same configuration gives the same files', () => {
    const templates = loadTemplates();
    forAll((configuration) => {
      const plan = () => planRepo(readConfiguration(textOf(configuration)).normalised, templates);
      expect(plan()).toEqual(plan());
    });
  });

  it('does not depend on how the configuration is laid out, or on having been read before', () => {
    forAll((configuration) => {
      const once = readConfiguration(textOf(configuration));
      expect(readConfiguration(JSON.stringify(once.written))).toEqual(once);
      expect(
        readConfiguration(`// ours\r\n${textOf(configuration).replaceAll('\n', '\r\n')}`),
      ).toEqual(once);
    });
  });
});

describe('a model that is named like what every JavaScript object has', () => {
  it('is planned like any other', () => {
    const model = { flavour: 'pytorch-tabular' as const, data: { file: 'x.csv', target: 'y' } };
    const text = textOf({ ...cases[0]!, models: { constructor: model } });
    const plan = planRepo(readConfiguration(text).normalised, loadTemplates());
    const columns = plan.find(({ path }) => path === 'models/constructor/columns.json');
    expect(JSON.parse(columns!.content)).toMatchObject(model.data);
  });
});

describe('every planned file', () => {
  it('ends its lines with LF and its last line too, and has no blanks at the ends of lines', () => {
    expect(files.size).toBeGreaterThan(200);
    for (const { path, content } of files.values()) {
      expect(content.includes('\r'), path).toBe(false);
      if (content !== '') expect(content, path).toMatch(/\S\n$/);
      if (!path.endsWith('.md')) expect(/[ \t]$/m.exec(content), path).toBeNull();
    }
  });

  it('is JSON, YAML or TypeScript where its name says so', () => {
    for (const { path, content } of files.values()) {
      switch (extension(path)) {
        case 'json':
          expect(() => JSON.parse(content) as unknown, path).not.toThrow();
          break;
        case 'yaml':
        case 'yml':
          expect(() => parseYaml(content) as unknown, path).not.toThrow();
          break;
        case 'ts':
        case 'mjs':
          expect(syntaxErrors(path, content), path).toEqual([]);
      }
    }
  });

  it('is Python or TOML where its name says so', () => {
    const wanted = [...files.values()].filter(({ path }) => /\.(py|toml)$/.test(path));
    expect(wanted.length).toBeGreaterThan(50);
    expect(pythonErrors(wanted)).toEqual([]);
  });

  it('says in a model card what the configuration says, whatever the model is called', () => {
    forAll((configuration) => {
      const plan = planRepo(readConfiguration(textOf(configuration)).normalised, loadTemplates());
      for (const name of Object.keys(configuration.models)) {
        const card = plan.find(({ path }) => path === `models/${name}/card.yaml`)!;
        // YAML 1.1 is what PyYAML reads: there `no` and `on` are booleans too.
        for (const version of ['1.1', '1.2'] as const)
          expect(parseYaml(card.content, { version })).toMatchObject({
            name,
            owner: configuration.owner,
          });
      }
    });
  });
});

const extension = (path: string): string => /\.([a-z]+)$/.exec(path)?.[1] ?? '';

function syntaxErrors(path: string, content: string): string[] {
  const { diagnostics } = ts.transpileModule(content, {
    fileName: path,
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  return (diagnostics ?? [])
    .filter(({ category }) => category === ts.DiagnosticCategory.Error)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

/** One process for all: starting Python costs more than reading every file. */
function pythonErrors(wanted: readonly PlannedFile[]): string[] {
  const program = `
import ast, json, sys, tomllib
errors = []
for file in json.load(sys.stdin):
    try:
        (tomllib.loads if file["path"].endswith(".toml") else ast.parse)(file["content"])
    except Exception as error:
        errors.append(f"{file['path']}: {error}")
print(json.dumps(errors))
`;
  const { stdout, stderr, status } = spawnSync(
    join(__dirname, '../../.venv/bin/python'),
    ['-c', program],
    { input: JSON.stringify(wanted), encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  if (status !== 0) throw new Error(`Python ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as string[];
}
