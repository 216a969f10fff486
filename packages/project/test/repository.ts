import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Action, TemplateSet } from '@wa-ml/blueprint';
import {
  configurationText,
  createRepository,
  defaultAnswers,
  keepInStep,
  loadTemplates,
  WaMlProject,
  type Answers,
} from '@wa-ml/project';
import { afterAll } from 'vitest';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A folder that is deleted after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wa-ml-test-'));
  folders.push(folder);
  return folder;
}

export const textOf = (answers: Partial<Answers> = {}): string =>
  configurationText({ ...defaultAnswers, ...answers });

/** A new repository with its first commit. */
export function newRepository(answers: Partial<Answers> = {}): string {
  const root = join(temporaryFolder(), 'acme-ml');
  createRepository({ directory: root, configurationText: textOf(answers) });
  git(root, 'init', '--quiet', '--initial-branch=main');
  commit(root);
  return root;
}

export function git(root: string, ...args: string[]): string {
  return execFileSync(
    'git',
    ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args],
    { cwd: root, encoding: 'utf8' },
  );
}

export function commit(root: string): void {
  git(root, 'add', '--all');
  git(root, 'commit', '--quiet', '--allow-empty', '--message', 'work');
}

/** What `npx projen` does, without starting a process. @returns what was not simply in step. */
export function projen(root: string, templates: TemplateSet = loadTemplates()): Action[] {
  const { actions } = keepInStep(root, new WaMlProject({ root, templates }).plan());
  return actions.filter(({ kind }) => kind !== 'unchanged');
}

export const read = (root: string, path: string): string => readFileSync(join(root, path), 'utf8');
export function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** Every file of a repository with its text, without Git's own. */
export function tree(root: string): Record<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => !path.startsWith('.git/'));
  return Object.fromEntries(files.sort().map((path) => [path, read(root, path)]));
}

/** The templates with one text changed in each of some of them. */
export function withTemplateChange(
  change: Readonly<Record<string, (text: string) => string>>,
): TemplateSet {
  const templates = new Map(loadTemplates());
  for (const [path, edit] of Object.entries(change)) {
    const text = templates.get(path);
    if (typeof text !== 'string' || edit(text) === text) throw new Error(`${path} does not change`);
    templates.set(path, edit(text));
  }
  return templates;
}
