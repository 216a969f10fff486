import type { Tree } from '@nx/devkit';
import type { NormalisedConfiguration } from '@wa-ml/config';

/** Name of a model's Python project, as its pyproject.toml has it. */
const projectName = ({ name }: Pick<NormalisedConfiguration, 'name'>, model: string): string =>
  `${name}-${model}`;

/** A uv.lock for a project of another name: the packages stay sorted, as uv writes them. */
export function renamedLock(text: string, from: string, to: string): string {
  const marker = '[[package]]\n';
  const [head, ...packages] = text.split(marker);
  const nameOf = (one: string): string => /^name = "([^"]*)"/.exec(one)?.[1] ?? '';
  const renamed = packages.map((one) =>
    nameOf(one) === from ? one.replace(`"${from}"`, `"${to}"`) : one,
  );
  // The last one lacks the empty line between two.
  const sorted = renamed
    .map((one) => one.trimEnd())
    .sort((left, right) =>
      nameOf(left) < nameOf(right) ? -1 : nameOf(left) > nameOf(right) ? 1 : 0,
    );
  return [
    head,
    ...sorted.map((one, index) => `${one}\n${index < sorted.length - 1 ? '\n' : ''}`),
  ].join(marker);
}

/** Renames the project in the uv.lock of a model that was moved. */
export function renameLock(
  tree: Tree,
  configuration: NormalisedConfiguration,
  from: string,
  to: string,
): void {
  const path = `models/${to}/uv.lock`;
  const text = tree.read(path, 'utf8');
  if (text === null) return;
  tree.write(
    path,
    renamedLock(text, projectName(configuration, from), projectName(configuration, to)),
  );
}

/**
 * Gives a new model the lock of one that wants the same packages: no network is needed, both pin the same versions,
 * and `--dry-run` shows the file.
 * @returns whether there is such a model; without one uv resolves when the files are written.
 */
export function lockAsSibling(
  tree: Tree,
  configuration: NormalisedConfiguration,
  model: string,
): boolean {
  const wanted = tree.read(`models/${model}/pyproject.toml`, 'utf8');
  for (const sibling of Object.keys(configuration.models)) {
    const project = tree.read(`models/${sibling}/pyproject.toml`, 'utf8');
    const lock = tree.read(`models/${sibling}/uv.lock`, 'utf8');
    if (sibling === model || project === null || lock === null) continue;
    if (withoutOwnName(project, sibling) !== withoutOwnName(wanted ?? '', model)) continue;
    tree.write(
      `models/${model}/uv.lock`,
      renamedLock(lock, projectName(configuration, sibling), projectName(configuration, model)),
    );
    return true;
  }
  return false;
}

/** A pyproject.toml without its name and description, the two lines that carry the model's name. */
const withoutOwnName = (text: string, model: string): string =>
  text
    .split('\n')
    .filter((line) => !(/^(name|description) = /.test(line) && line.includes(model)))
    .join('\n');
