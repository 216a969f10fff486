// Our side of the comparison: a repository, and releases that change some of its files.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createProgram } from '../../tools/build.mjs';
import { root, run } from '../../tools/steps.mjs';
import { commit } from './commit.mjs';

/** A release is path -> text: what the templates would render to. */
const projenrc = `import { readFileSync } from 'node:fs';
import { WaMlProject } from '@wa-ml/project';

const release = JSON.parse(readFileSync(process.env['WA_ML_BENCH_RELEASE']!, 'utf8'));
class Project extends WaMlProject {
  override plan() {
    return super.plan().map((file) => ({ ...file, content: release[file.path] ?? file.content }));
  }
}
new Project({ config: 'wa-ml.json' }).synth();
`;

/** A new repository with its first commit, without an install: our packages are found in the folders above. */
export async function ourPeer(folder) {
  const project = join(folder, 'acme-ml');
  await run(process.execPath, [createProgram, project, '--yes', '--no-install']);
  const files = textsOf(project);
  writeFileSync(join(project, '.projenrc.ts'), projenrc);
  await commit(project);
  const release = join(dirname(project), 'release.json');
  return {
    project,
    files,
    release: async (changes) => writeFileSync(release, JSON.stringify(changes)),
    update: () =>
      run(join(root, 'node_modules/.bin/ts-node'), ['-T', '.projenrc.ts'], {
        cwd: project,
        env: { PROJEN_DISABLE_POST: '1', WA_ML_BENCH_RELEASE: release },
      }),
  };
}

/** Path -> text of every file that we keep in a repository. */
function textsOf(project) {
  const { files } = JSON.parse(readFileSync(join(project, '.wa-ml/manifest.json'), 'utf8'));
  return Object.fromEntries(
    Object.keys(files).map((path) => [path, readFileSync(join(project, path), 'utf8')]),
  );
}

/** The files among them that belong to the people from the first day. */
export function seededPaths(project) {
  const { files } = JSON.parse(readFileSync(join(project, '.wa-ml/manifest.json'), 'utf8'));
  return Object.keys(files).filter((path) => files[path].startsWith('seeded'));
}
