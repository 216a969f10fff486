import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toLf, type TemplateSet } from '@wa-ml/blueprint';

/** Folders of tools that may lie beside a template while it is worked on. */
const notTemplates = new Set([
  'node_modules',
  '__pycache__',
  '.venv',
  '.ml',
  '.pytest_cache',
  '.mypy_cache',
  '.ruff_cache',
  '.hypothesis',
  'cdk.out',
]);
const notTemplateFiles = /(^uv\.lock$|\.pyc$|\.tsbuildinfo$|^\.coverage$)/;

let loaded: TemplateSet | undefined;

/**
 * The templates of this release: one packed file beside the compiled code, or the folder they are worked on in.
 * Read once per process.
 */
export function loadTemplates(): TemplateSet {
  const packed = join(__dirname, 'templates.json');
  loaded ??= existsSync(packed)
    ? new Map(Object.entries(JSON.parse(readFileSync(packed, 'utf8')) as Record<string, string>))
    : readTemplateFolder(join(__dirname, '..', '..', '..', 'templates'));
  return loaded;
}

/** Every template under a folder, by POSIX path, sorted. */
export function readTemplateFolder(folder: string): TemplateSet {
  const found: [string, string][] = [];
  const visit = (path: string): void => {
    for (const entry of readdirSync(join(folder, path), { withFileTypes: true })) {
      const child = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!notTemplates.has(entry.name) && !entry.name.endsWith('.egg-info')) visit(child);
      } else if (!notTemplateFiles.test(entry.name)) {
        found.push([child, toLf(readFileSync(join(folder, child), 'utf8'))]);
      }
    }
  };
  visit('');
  return new Map(found.sort(([left], [right]) => (left < right ? -1 : 1)));
}
