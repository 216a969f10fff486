import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { PlannedFile } from '@wa-ml/blueprint';
import { filesOnDisk, keepInStep, WaMlProject, withModel, type Files } from '@wa-ml/project';
import { describe, expect, it } from 'vitest';
import {
  commit,
  newRepository,
  read,
  temporaryFolder,
  tree,
  withTemplateChange,
  write,
} from '../../packages/project/test/repository';
import { deep } from './effort';

const changing: readonly string[] = ['write', 'delete', 'move', 'setExecutable'];

/** The same files, with something in place of every change. */
function withChanges(files: Files, change: (go: () => void) => void): Files {
  return new Proxy(files, {
    get: (target, name: keyof Files) =>
      changing.includes(name)
        ? (...args: unknown[]) =>
            change(() => (target[name] as (...all: unknown[]) => void)(...args))
        : target[name],
  });
}

/** The files of a folder, until so many changes were made: then whoever writes is gone. */
function stoppedAfter(files: Files, changes: number): Files {
  let left = changes;
  return withChanges(files, (go) => {
    if (left-- === 0) throw new Error('killed');
    go();
  });
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
    'model/managed/models/__model__/Dockerfile.training.hbs': (old) => `# of a release\n${old}`,
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
      const copy = (): string => {
        const folder = join(temporaryFolder(), 'acme-ml');
        cpSync(root, folder, { recursive: true });
        return folder;
      };
      const undisturbed = copy();
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
        const folder = copy();
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
  // The manifest still names the release before, so what the stopped one wrote looks like an edit.
  it.fails('leaves no file behind as if a person had edited it', () => {
    const root = newRepository();
    const release = (number: number) =>
      new WaMlProject({
        root,
        templates: withTemplateChange({
          'runtime/managed/libs/ml-runtime/src/ml_runtime/errors.py': (old) =>
            `# release ${number}\n${old}`,
          'model/managed/models/__model__/Dockerfile.training.hbs': (old) =>
            `# release ${number}\n${old}`,
        }),
      }).plan();
    expect(() => keepInStep(root, release(1), stoppedAfter(filesOnDisk(root), 1))).toThrow(
      'killed',
    );
    const kinds = new Set(keepInStep(root, release(2)).actions.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(['unchanged', 'update']);
  });
});
