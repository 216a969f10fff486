import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  blobId,
  changesDisk,
  type Decision,
  type Manifest,
  type PlannedFile,
  type TemplateSet,
} from '@wa-ml/blueprint';
import { InputError } from '@wa-ml/config';
import { renameModelGenerator } from '@wa-ml/nx/generators';
import {
  carryOut,
  filesOnDisk,
  keepInStep,
  loadTemplates,
  planUpgrade,
  readKnown,
  UnsavedError,
  upgradeFiles,
  WaMlProject,
  withModel,
} from '@wa-ml/project';
import { expect } from 'vitest';
import { flush, treeOf } from '../../generators/test/workspace-tree';
import {
  commit,
  git,
  newRepository,
  read,
  tree,
  write,
} from '../../packages/project/test/repository';
import { stoppedAfter } from './stopped-files';

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
  | { readonly kind: 'rename-model'; readonly model: string; readonly to: string }
  | { readonly kind: 'decide'; readonly decision: Decision; readonly pick: number }
  /** `npx projen`, ended after so many changes of files. */
  | { readonly kind: 'stopped'; readonly after: number }
  | {
      readonly kind: 'release';
      readonly changes: readonly string[];
      readonly drops: string | undefined;
    }
  /** `wa-ml upgrade` to the newest release, with all that it offers of seeded files or nothing of it. */
  | { readonly kind: 'upgrade'; readonly seeded: boolean }
  | { readonly kind: 'projen' | 'commit' };

/** What releases change: template -> a path that it is rendered to. */
export const changingTemplates = {
  'workspace/managed/README.md.hbs': 'README.md',
  'workspace/seeded/.projenrc.ts': '.projenrc.ts',
  'foundation/managed/infra/app.ts': 'infra/app.ts',
  'foundation/seeded/infra/customise.ts': 'infra/customise.ts',
  'model/served-by/runtime/managed/models/__model__/Dockerfile.training.hbs':
    'models/diagnosis/Dockerfile.training',
  'model/seeded/models/__model__/card.yaml.hbs': 'models/diagnosis/card.yaml',
  'model/managed/models/__model__/pyproject.toml.hbs': 'models/diagnosis/pyproject.toml',
  'runtime/managed/libs/ml-runtime/src/ml_runtime/errors.py':
    'libs/ml-runtime/src/ml_runtime/errors.py',
  'serving/managed/runbooks/endpoint-errors.md': 'runbooks/endpoint-errors.md',
} as const;
const changingPaths: readonly string[] = Object.values(changingTemplates);

export const modelNames = ['churn', 'fraud', 'diagnosis'] as const;

/** The templates of the newest release that a person installed, for generators, which know no others; see people.test.ts. */
export const installed: { templates?: TemplateSet } = {};
const releasedTemplates = (): TemplateSet => {
  delete installed.templates;
  return loadTemplates();
};

/**
 * A repository and everything that people have written into it, each line with a mark of its own:
 * a mark may only go when a person takes it away.
 */
export class People {
  readonly root = newRepository();
  templates: TemplateSet = releasedTemplates();
  private readonly marks = new Set<string>();
  private readonly deleted = new Set<string>();
  private readonly touched = new Set<string>();
  private count = 0;
  private releases = 0;

  async do(deed: Deed): Promise<void> {
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
      case 'rename-model':
        return this.renameModel(deed.model, deed.to);
      case 'decide':
        return this.decide(deed.decision, deed.pick);
      case 'stopped':
        return this.stopped(deed.after);
      case 'release':
        return this.release(deed.changes, deed.drops);
      case 'upgrade':
        return this.upgrade(deed.seeded);
      case 'commit':
        return commit(this.root);
      case 'projen':
        return this.projen();
    }
  }

  /** Brings the repository in step, and holds every promise against it. */
  projen(): void {
    const ejected = this.ejected();
    const plan = this.plan();
    keepInStep(this.root, plan);
    const after = tree(this.root);
    this.expectNothingLost(after);
    for (const path of this.deleted) expect(after[path], `${path} came back`).toBeUndefined();
    for (const [path, text] of ejected) expect(after[path], `${path} was ejected`).toBe(text);
    for (const { path, owner, content } of plan)
      if (owner === 'managed' && !this.touched.has(path)) expect(after[path], path).toBe(content);
    this.expectInStep(plan);
    expect(tree(this.root), 'a second run').toEqual(after);
  }

  private plan(): PlannedFile[] {
    return new WaMlProject({ root: this.root, templates: this.templates }).plan();
  }

  private expectInStep(plan: readonly PlannedFile[]): void {
    const changed = keepInStep(this.root, plan).actions.filter(
      (action) => changesDisk(action) || action.kind === 'orphan',
    );
    expect(changed.map(({ kind, path }) => `${kind} ${path}`)).toEqual([]);
  }

  /** Ejected files that are there, with their text. */
  private ejected(): [path: string, text: string][] {
    return [...this.known()]
      .filter(([path, { owner }]) => owner === 'ejected' && existsSync(join(this.root, path)))
      .map(([path]) => [path, read(this.root, path)]);
  }

  /** What is known of our own writes, also where a run was stopped. */
  private known(): Manifest {
    return readKnown(filesOnDisk(this.root)).manifest;
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
    const paths = [...this.known()]
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

  private upgrade(seeded: boolean): void {
    const options = { templates: this.templates, ...(seeded ? { seeded: true as const } : {}) };
    upgradeFiles(this.root, options);
    const after = tree(this.root);
    this.expectNothingLost(after);
    expect(planUpgrade(this.root, filesOnDisk(this.root), options).changes).toBe(false);
    this.projen();
    expect(tree(this.root), 'projen after an upgrade').toEqual(after);
  }

  private async renameModel(model: string, to: string): Promise<void> {
    const changes = treeOf(this.root);
    try {
      await renameModelGenerator(changes, { name: model, to });
    } catch (error) {
      expect(error).toBeInstanceOf(InputError); // there is no such model, or there is one of that name
      expect(changes.listChanges()).toEqual([]);
      return;
    }
    flush(this.root, changes);
    for (const paths of [this.deleted, this.touched]) {
      for (const path of paths) {
        if (!path.startsWith(`models/${model}/`)) continue;
        paths.delete(path);
        paths.add(path.replace(`models/${model}/`, `models/${to}/`));
      }
    }
    this.expectInStep(this.plan());
    this.projen();
  }

  private decide(decision: Decision, pick: number): void {
    const plan = this.plan().filter(({ owner }) => owner === 'managed');
    const known = this.known();
    // Most times one about which there is something to decide, or that the next release changes.
    const open = plan.filter(({ path }) => this.touched.has(path) && !this.isAsPlanned(path, plan));
    const changing = plan.filter(({ path }) => changingPaths.includes(path));
    const among = [open, changing, changing, plan][pick % 4]!;
    const chosen = among[Math.floor(pick / 4) % among.length];
    if (!chosen) return;
    const { path } = chosen;
    const before = tree(this.root);
    try {
      carryOut(this.root, decision, plan, [path]);
    } catch (error) {
      expect(error).toBeInstanceOf(UnsavedError);
      expect(withoutRecords(tree(this.root))).toEqual(withoutRecords(before));
      return;
    }
    if (decision !== 'adopt') {
      expect(withoutRecords(tree(this.root))).toEqual(withoutRecords(before));
      // A file that is nobody's yet is parted from before we ever wrote it.
      if (before[path] === undefined && !known.has(path)) this.deleted.add(path);
      this.touched.add(path);
      return;
    }
    const text = before[path];
    if (text !== undefined && text !== read(this.root, path)) {
      const id = blobId(text);
      expect(() => git(this.root, 'cat-file', '-e', id), `${path} is lost`).not.toThrow();
      this.forgetMarksIn(text);
    }
    this.deleted.delete(path);
    if (text === undefined || !text.includes('\r\n')) this.touched.delete(path); // line ends stay theirs
  }

  private isAsPlanned(path: string, plan: readonly PlannedFile[]): boolean {
    const planned = plan.find((file) => file.path === path);
    return existsSync(join(this.root, path)) && read(this.root, path) === planned?.content;
  }

  private stopped(after: number): void {
    try {
      keepInStep(this.root, this.plan(), stoppedAfter(filesOnDisk(this.root), after));
    } catch (error) {
      expect((error as Error).message).toBe('killed');
    }
    this.expectNothingLost(tree(this.root));
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
    installed.templates = templates;
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

/** Without what only the next run reads. */
const withoutRecords = (files: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).filter(([path]) => !path.startsWith('.wa-ml/')));
