import { existsSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What tools make anew; a virtual environment that was moved no longer works. */
const remade = /^(\.venv|__pycache__|\.[a-z]+_cache|\.hypothesis)$/;

/**
 * Moves what Git ignores in a model's folder (data, results) after its other files were moved, and deletes caches.
 * Nothing at the new place is overwritten: what stands there stays, and what would go there stays where it was.
 */
export function moveIgnored(from: string, to: string): void {
  if (!existsSync(from)) return;
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (remade.test(entry.name)) rmSync(source, { recursive: true, force: true });
    else if (!existsSync(target)) renameSync(source, target);
    else if (entry.isDirectory()) moveIgnored(source, target);
  }
  if (readdirSync(from).length === 0) rmdirSync(from);
}
