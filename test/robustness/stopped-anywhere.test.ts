import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { changesDisk, journalPath, type PlannedFile, type TemplateSet } from '@wa-ml/blueprint';
import { filesOnDisk, keepInStep, WaMlProject, withModel } from '@wa-ml/project';
import { describe, expect, it } from 'vitest';
import {
  commit,
  git,
  newRepository,
  read,
  temporaryFolder,
  tree,
  withTemplateChange,
  write,
} from '../../packages/project/test/repository';
import { deep } from './effort';
import { stoppedAfter, withChanges } from './stopped-files';

function copyOf(root: string): string {
  const folder = join(temporaryFolder(), 'acme-ml');
  cpSync(root, folder, { recursive: true });
  return folder;
}

/** A release that changes an edited file, a file that is no longer planned, and one more model, all at once. */
function disturbed(): { root: string; planOf: (root: string) => PlannedFile[] } {
  const root = newRepository({
    models: { diagnosis: { flavour: 'pytorch-tabular' }, fraud: { flavour: 'pytorch-tabular' } },
  });
  write(root, 'README.md', `${read(root, 'README.md')}\n## Ours\n\nWritten by a person.\n`);
  write(root, 'models/fraud/model.py', '# written by a person\n');
  rmSync(join(root, '.editorconfig'));
  commit(root);
  const text = read(root, 'wa-ml.json').replace(/,\s*"fraud": \{[^}]*\}/, '');
  write(root, 'wa-ml.json', withModel(text, 'churn', { flavour: 'pytorch-tabular' }));
  const templates = withTemplateChange({
    'workspace/managed/README.md.hbs': (old) =>
      old.replace('# {{repo}}', '# {{repo}} of a release'),
    'model/served-by/runtime/managed/models/__model__/Dockerfile.training.hbs': (old) =>
      `# of a release\n${old}`,
    'runtime/managed/libs/ml-runtime/src/ml_runtime/errors.py': (old) => `# of a release\n${old}`,
  });
  return { root, planOf: (folder) => new WaMlProject({ root: folder, templates }).plan() };
}

describe('a run that stops between any two of its changes', () => {
  it(
    'is finished by the next: the same tree, and nothing of what people wrote is lost',
    { timeout: 600_000 },
    () => {
      const { root, planOf } = disturbed();
      expect(read(root, 'wa-ml.json')).not.toContain('fraud');
      const undisturbed = copyOf(root);
      keepInStep(undisturbed, planOf(undisturbed));
      const wanted = tree(undisturbed);
      expect(wanted['README.md']).toContain('of a release');
      let changes = 0;
      keepInStep(
        root,
        planOf(root),
        withChanges(filesOnDisk(root), () => void changes++),
      );
      expect(changes).toBeGreaterThan(20);
      for (let stop = 0; stop < changes; stop += deep ? 1 : 3) {
        const folder = copyOf(root);
        const plan = planOf(folder);
        expect(() => keepInStep(folder, plan, stoppedAfter(filesOnDisk(folder), stop))).toThrow(
          'killed',
        );
        keepInStep(folder, plan);
        expect(tree(folder), `stopped after ${stop} changes`).toEqual(wanted);
        rmSync(folder, { recursive: true });
      }
    },
  );
});

describe('a release that was stopped half-way and then followed by another', () => {
  const errors = 'runtime/managed/libs/ml-runtime/src/ml_runtime/errors.py';
  const dockerfile = 'model/served-by/runtime/managed/models/__model__/Dockerfile.training.hbs';
  const operations = 'serving/managed/runbooks/endpoint-errors.md';
  const readme = 'workspace/managed/README.md.hbs';

  /** Every release writes its number into three files; odd ones have one file less, and one more. */
  function releaseOf(number: number): TemplateSet {
    const templates = new Map(
      withTemplateChange({
        [errors]: (old) => `# release ${number}\n${old}`,
        [dockerfile]: (old) => `# release ${number}\n${old}`,
        [readme]: (old) => old.replace('# {{repo}}', `# release ${number}`),
      }),
    );
    if (number % 2 === 1) {
      templates.delete(operations);
      templates.set('serving/managed/runbooks/odd.md', '# Odd\n');
    }
    return templates;
  }
  const planOf = (root: string, release: number): PlannedFile[] =>
    new WaMlProject({ root, templates: releaseOf(release) }).plan();

  /** A repository whose people edited a file that every release changes elsewhere. */
  function edited(): string {
    const root = newRepository();
    write(root, 'README.md', `${read(root, 'README.md')}\n## Ours\n`);
    commit(root);
    return root;
  }

  function changesOf(root: string, release: number): number {
    const folder = copyOf(root);
    let changes = 0;
    keepInStep(
      folder,
      planOf(folder, release),
      withChanges(filesOnDisk(folder), () => void changes++),
    );
    rmSync(folder, { recursive: true });
    return changes;
  }

  /** @returns whether the run had so many changes to make. */
  function stop(folder: string, release: number, after: number): boolean {
    try {
      keepInStep(folder, planOf(folder, release), stoppedAfter(filesOnDisk(folder), after));
      return false;
    } catch (error) {
      expect((error as Error).message).toBe('killed');
      return true;
    }
  }

  it('leaves no file behind as if a person had edited it', () => {
    const root = edited();
    const undisturbed = copyOf(root);
    keepInStep(undisturbed, planOf(undisturbed, 2));
    const wanted = tree(undisturbed);
    expect(wanted['README.md']).toMatch(/^# release 2\n[^]*## Ours\n$/);
    const changes = changesOf(root, 1);
    expect(changes).toBeGreaterThan(7);
    for (let after = 0; after < changes; after++) {
      const folder = copyOf(root);
      expect(stop(folder, 1, after)).toBe(true);
      keepInStep(folder, planOf(folder, 2));
      expect(tree(folder), `stopped after ${after} changes`).toEqual(wanted);
      rmSync(folder, { recursive: true });
    }
  });

  it('that is stopped too, is finished by a third', { timeout: 600_000 }, () => {
    const root = edited();
    const undisturbed = copyOf(root);
    keepInStep(undisturbed, planOf(undisturbed, 4));
    const wanted = tree(undisturbed);
    const changes = changesOf(root, 1);
    const step = deep ? 1 : 3;
    let stops = 0;
    for (let first = 0; first < changes; first += step) {
      for (let second = 0, stopped = true; stopped; second += step) {
        const folder = copyOf(root);
        stop(folder, 1, first);
        stopped = stop(folder, 2, second);
        if (stopped) stops++;
        keepInStep(folder, planOf(folder, 4));
        expect(tree(folder), `stopped after ${first} and ${second} changes`).toEqual(wanted);
        rmSync(folder, { recursive: true });
      }
    }
    expect(stops).toBeGreaterThan(changes);
  });

  it('takes what a person changed in between for theirs', () => {
    const root = edited();
    stop(root, 1, changesOf(root, 1) - 2); // all is written but the manifest
    const path = 'libs/ml-runtime/src/ml_runtime/errors.py';
    write(root, path, `${read(root, path)}# a person's\n`);
    keepInStep(root, planOf(root, 2));
    expect(read(root, path)).toMatch(/# a person's\n$/);
  });

  it.each(['', '{', 'null', '{"manifest":1,"steps":{}}', '{"manifest":"x","steps":[{"path":1}]}'])(
    'says nothing by a journal that holds %j',
    (text) => {
      const root = newRepository();
      write(root, journalPath, text);
      expect(keepInStep(root, planOf(root, 2)).actions.filter(changesDisk)).toHaveLength(3);
      expect(existsSync(join(root, journalPath))).toBe(false);
    },
  );

  it('leaves a journal that Git ignores, and that says nothing beside another manifest', () => {
    const root = newRepository();
    stop(root, 1, 2);
    expect(git(root, 'status', '--porcelain', '--untracked-files=all')).not.toContain('lock');
    const journal = read(root, journalPath);
    keepInStep(root, planOf(root, 2));
    commit(root);
    write(root, journalPath, journal);
    // Our own words of another release, put there by a person.
    write(root, 'runbooks/odd.md', '# Odd\n');
    keepInStep(root, planOf(root, 4));
    expect(read(root, 'runbooks/odd.md')).toBe('# Odd\n');
  });
});
