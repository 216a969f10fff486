import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { manifestPath, parseManifest, type TemplateSet } from '@wa-ml/blueprint';
import { keepInStep, loadTemplates, WaMlProject, withModel } from '@wa-ml/project';
import { expect } from 'vitest';
import { commit, newRepository, read, tree, write } from '../../packages/project/test/repository';

/** What a person, or time, does to a repository. `pick` chooses among the files that are there. */
export type Deed =
  | {
      readonly kind: 'edit';
      readonly owner: 'managed' | 'seeded';
      readonly pick: number;
      readonly place: number;
    }
  | { readonly kind: 'replace' | 'delete' | 'crlf'; readonly pick: number; readonly place: number }
  | { readonly kind: 'own'; readonly path: string }
  | { readonly kind: 'add-model' | 'remove-model'; readonly model: string }
  | {
      readonly kind: 'release';
      readonly changes: readonly string[];
      readonly drops: string | undefined;
    }
  | { readonly kind: 'projen' | 'commit' };

/** What releases change: template -> a path that it is rendered to. */
export const changingTemplates = {
  'workspace/managed/README.md.hbs': 'README.md',
  'workspace/seeded/.projenrc.ts': '.projenrc.ts',
  'foundation/managed/infra/app.ts': 'infra/app.ts',
  'foundation/seeded/infra/customise.ts': 'infra/customise.ts',
  'model/managed/models/__model__/Dockerfile.training.hbs': 'models/diagnosis/Dockerfile.training',
  'model/seeded/models/__model__/card.yaml.hbs': 'models/diagnosis/card.yaml',
  'model/managed/models/__model__/pyproject.toml.hbs': 'models/diagnosis/pyproject.toml',
  'runtime/managed/libs/ml-runtime/src/ml_runtime/errors.py':
    'libs/ml-runtime/src/ml_runtime/errors.py',
  'serving/managed/runbooks/endpoint-errors.md': 'runbooks/endpoint-errors.md',
} as const;
const changingPaths: readonly string[] = Object.values(changingTemplates);

export const modelNames = ['churn', 'fraud', 'diagnosis'] as const;

/**
 * A repository and everything that people have written into it, each line with a mark of its own:
 * a mark may only go when a person takes it away.
 */
export class People {
  readonly root = newRepository();
  templates: TemplateSet = loadTemplates();
  private readonly marks = new Set<string>();
  private readonly deleted = new Set<string>();
  private readonly touched = new Set<string>();
  private count = 0;
  private releases = 0;

  do(deed: Deed): void {
    switch (deed.kind) {
      case 'edit':
        return this.edit(this.pick(deed.pick, deed.owner), deed.place, false);
      case 'replace':
        return this.edit(this.pick(deed.pick, 'managed'), deed.place, true);
      case 'crlf':
        return this.toCrlf(this.pick(deed.pick, 'managed'));
      case 'delete':
        return this.delete(this.pick(deed.pick));
      case 'own':
        return this.own(deed.path);
      case 'add-model':
        return this.addModel(deed.model);
      case 'remove-model':
        return this.removeModel(deed.model);
      case 'release':
        return this.release(deed.changes, deed.drops);
      case 'commit':
        return commit(this.root);
      case 'projen':
        return this.projen();
    }
  }

  /** Brings the repository in step, and holds every promise against it. */
  projen(): void {
    const plan = new WaMlProject({ root: this.root, templates: this.templates }).plan();
    keepInStep(this.root, plan);
    const after = tree(this.root);
    this.expectNothingLost(after);
    for (const path of this.deleted) expect(after[path], `${path} came back`).toBeUndefined();
    for (const { path, owner, content } of plan)
      if (owner === 'managed' && !this.touched.has(path)) expect(after[path], path).toBe(content);
    const again = keepInStep(this.root, plan).actions.filter(
      ({ kind, content }) => content !== undefined || kind === 'delete' || kind === 'orphan',
    );
    expect(again.map(({ kind, path }) => `${kind} ${path}`)).toEqual([]);
    expect(tree(this.root), 'a second run').toEqual(after);
  }

  private expectNothingLost(files: Record<string, string>): void {
    const all = Object.entries(files)
      .filter(([path]) => !path.startsWith('.wa-ml/'))
      .map(([, text]) => text)
      .join('\n');
    expect(
      [...this.marks].filter((mark) => !all.includes(mark)),
      'lost',
    ).toEqual([]);
  }

  /** A file that we wrote and that is still there. */
  private pick(pick: number, owner?: 'managed' | 'seeded'): string | undefined {
    const paths = [...parseManifest(read(this.root, manifestPath))]
      .filter(
        ([path, entry]) => (!owner || entry.owner === owner) && existsSync(join(this.root, path)),
      )
      .map(([path]) => path);
    // Every other time one that releases change too: merges and conflicts are what this is about.
    const changing = paths.filter((path) => changingPaths.includes(path));
    const among = pick % 2 === 0 && changing.length > 0 ? changing : paths;
    return among[Math.floor(pick / 2) % among.length];
  }

  private edit(path: string | undefined, place: number, replaces: boolean): void {
    if (path === undefined) return;
    const mark = `mark-${++this.count}-of-a-person`;
    const text = read(this.root, path);
    this.touched.add(path);
    if (path.endsWith('.json') && isObjectText(text)) {
      const value = JSON.parse(text) as Record<string, unknown>;
      write(this.root, path, `${JSON.stringify({ ...value, [mark]: place }, undefined, 2)}\n`);
    } else {
      const lines = text.split('\n');
      const index = place % lines.length;
      for (const gone of lines.slice(index, index + (replaces ? 1 : 0))) this.forgetMarksIn(gone);
      lines.splice(index, replaces ? 1 : 0, `# ${mark}`);
      write(this.root, path, lines.join('\n'));
    }
    this.marks.add(mark);
  }

  private toCrlf(path: string | undefined): void {
    if (path === undefined) return;
    this.touched.add(path);
    write(this.root, path, read(this.root, path).replaceAll('\r\n', '\n').replaceAll('\n', '\r\n'));
  }

  private delete(path: string | undefined): void {
    if (path === undefined) return;
    this.forgetMarksIn(read(this.root, path));
    rmSync(join(this.root, path));
    this.deleted.add(path);
    this.touched.add(path);
  }

  private own(path: string): void {
    if (existsSync(join(this.root, path)) || this.deleted.has(path)) return;
    const mark = `mark-${++this.count}-of-a-person`;
    write(this.root, path, `${mark}\n`);
    this.marks.add(mark);
    this.touched.add(path);
  }

  private addModel(model: string): void {
    // Taken out and put back before anybody looked: nothing happened.
    const text = withModel(read(this.root, 'wa-ml.json'), model, { flavour: 'pytorch-tabular' });
    write(this.root, 'wa-ml.json', text);
  }

  private removeModel(model: string): void {
    const value = JSON.parse(read(this.root, 'wa-ml.json')) as { models: Record<string, unknown> };
    if (!(model in value.models) || Object.keys(value.models).length === 1) return;
    Reflect.deleteProperty(value.models, model);
    write(this.root, 'wa-ml.json', `${JSON.stringify(value, undefined, 2)}\n`);
    // In step without the model, its files are no longer ours: they are new when it is added again.
    this.projen();
    for (const path of [...this.deleted])
      if (path.startsWith(`models/${model}/`)) this.deleted.delete(path);
  }

  private release(changes: readonly string[], drops: string | undefined): void {
    const templates = new Map(this.templates);
    const number = ++this.releases;
    for (const path of changes) {
      const text = templates.get(path);
      if (text !== undefined) templates.set(path, changed(text, number));
    }
    if (drops !== undefined) templates.delete(drops);
    this.templates = templates;
  }

  private forgetMarksIn(text: string): void {
    for (const mark of this.marks) if (text.includes(mark)) this.marks.delete(mark);
  }
}

function isObjectText(text: string): boolean {
  try {
    return !Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}

/** A release changes a line at the top, and every other release one in the middle too. */
function changed(text: string, number: number): string {
  const lines = text.split('\n');
  if (number % 2 === 0)
    lines.splice(Math.floor(lines.length / 2), 1, `# middle of release ${number}`);
  return [`# release ${number}`, ...lines.filter((line) => !line.startsWith('# release '))].join(
    '\n',
  );
}
