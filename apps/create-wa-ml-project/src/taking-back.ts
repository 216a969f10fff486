import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** What installing, locking and committing make. */
const made =
  /^(node_modules|\.git|\.nx|\.wa-ml\/tools)(\/|$)|(^|\/)(package-lock\.json|uv\.lock|node_modules)$/;

function contents(root: string, folder = root, found = new Map<string, string>()) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const name = relative(root, path).replaceAll('\\', '/');
    if (made.test(name)) continue;
    if (entry.isDirectory()) contents(root, path, found);
    else {
      const { mtimeMs, size } = statSync(path, { throwIfNoEntry: false }) ?? {};
      found.set(name, `${mtimeMs} ${size}`);
    }
  }
  return found;
}

/**
 * Remembers what is there before a repository is made in a folder.
 * @returns a function to call when its files are written, which returns the one that takes all of it back.
 */
export function rememberPlace(root: string): () => () => string | undefined {
  const existed = existsSync(root);
  const parents: string[] = [];
  for (let folder = dirname(root); !existsSync(folder); folder = dirname(folder))
    parents.push(folder);
  return () => {
    const before = contents(root);
    return () => {
      const stranger = [...contents(root)].find(([path, state]) => before.get(path) !== state);
      // Somebody has begun to work in it: what a person wrote is never deleted.
      if (stranger) return stranger[0];
      rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
      if (existed) mkdirSync(root);
      else {
        for (const parent of parents) {
          if (readdirSync(parent).length > 0) break;
          rmdirSync(parent);
        }
      }
      return undefined;
    };
  };
}
