import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentOf, type Content, type TemplateSet } from '@wa-ml/blueprint';

/** Folders of tools that may lie beside a template while it is worked on. */
const notTemplates = new Set([
  'node_modules',
  '__pycache__',
  '.venv',
  '.ml',
  '.mlflow',
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
    ? unpackTemplates(readFileSync(packed, 'utf8'))
    : readTemplateFolder(join(__dirname, '..', '..', '..', 'templates'));
  return loaded;
}

/** Text as it is, bytes in base 64. */
type Packed = Record<string, string | { readonly base64: string }>;

/** The templates as one JSON text. */
export function packTemplates(templates: TemplateSet): string {
  const packed: Packed = {};
  for (const [path, content] of templates)
    packed[path] =
      typeof content === 'string' ? content : { base64: Buffer.from(content).toString('base64') };
  return JSON.stringify(packed);
}

/** The templates of such a text. */
export function unpackTemplates(text: string): TemplateSet {
  const packed = Object.entries(JSON.parse(text) as Packed);
  return new Map(
    packed.map(([path, content]): [string, Content] => [
      path,
      typeof content === 'string' ? content : Buffer.from(content.base64, 'base64'),
    ]),
  );
}

/** Every template under a folder, by POSIX path, sorted. */
export function readTemplateFolder(folder: string): TemplateSet {
  const found: [string, Content][] = [];
  const visit = (path: string): void => {
    for (const entry of readdirSync(join(folder, path), { withFileTypes: true })) {
      const child = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!notTemplates.has(entry.name) && !entry.name.endsWith('.egg-info')) visit(child);
      } else if (!notTemplateFiles.test(entry.name)) {
        found.push([child, contentOf(readFileSync(join(folder, child)))]);
      }
    }
  };
  visit('');
  return new Map(found.sort(([left], [right]) => (left < right ? -1 : 1)));
}
