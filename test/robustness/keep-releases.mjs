// Brings a repository in step with one release after another, until it is killed or has done what it was asked for:
// keep-releases.mjs FOLDER FIRST LAST. Says the number of each release before it writes the first byte of it.
import { createRequire } from 'node:module';
import fileSystem, { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

// A real SIGKILL at a certain rename: the new text lies in a temporary file, and its place has the old one.
const dieAt = Number(process.env.DIE_AT_RENAME ?? 0);
if (dieAt > 0) {
  const { renameSync } = fileSystem;
  let renames = 0;
  fileSystem.renameSync = (from, to) =>
    ++renames === dieAt ? process.kill(process.pid, 'SIGKILL') : renameSync(from, to);
}

const [library, folder, first, last] = process.argv.slice(2);
const { keepInStep, loadTemplates, WaMlProject } = createRequire(pathToFileURL(library))(library);

/** Every template changes in its first line: a release that touches every file. */
function release(number) {
  return new Map(
    [...loadTemplates()].map(([path, text]) => [
      path,
      path.includes('/managed/') && !path.endsWith('.json') ? `# release ${number}\n${text}` : text,
    ]),
  );
}

try {
  for (let number = Number(first); number <= Number(last); number++) {
    const plan = new WaMlProject({ root: folder, templates: release(number) }).plan();
    writeSync(1, `${number}\n`);
    keepInStep(folder, plan);
  }
} catch (error) {
  writeSync(
    2,
    `${JSON.stringify({ code: error.code, what: error.what, why: error.why, next: error.next })}\n`,
  );
  process.exitCode = 3;
}
