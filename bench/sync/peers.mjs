// copier and cruft with a template of the same files, as each renders by default: copier only *.jinja, cruft every file.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root, run, step } from '../../tools/steps.mjs';
import { commit, git, gitEnvironment } from './commit.mjs';

const versions = { copier: '9.19.1', cruft: '2.16.0' };
const environment = join(root, 'tmp', `bench-peers-${Object.values(versions).join('-')}`);
const program = (name) => join(environment, 'bin', name);

/** Both from PyPI, into an environment under tmp/. */
export async function installPeers() {
  if (existsSync(program('cruft')) && existsSync(program('copier'))) return;
  await step('Installing copier and cruft', async () => {
    await run('python3', ['-m', 'venv', environment]);
    const wanted = Object.entries(versions).map(([name, version]) => `${name}==${version}`);
    await run(program('python'), ['-m', 'pip', 'install', '--quiet', ...wanted]);
  });
}

function writeAll(folder, files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** A template as a Git repository, with one commit and one tag a release. */
async function makeTemplate(folder, files) {
  writeAll(folder, files);
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  await commit(folder);
  await git(folder, 'tag', '1.0.0');
  let number = 0;
  return async (changes) => {
    writeAll(folder, changes);
    await commit(folder);
    await git(folder, 'tag', `1.0.${++number}`);
  };
}

async function firstCommit(project) {
  await git(project, 'init', '--quiet', '--initial-branch=main');
  await commit(project);
}

/** @param seeded files that an update leaves alone: copier calls them _skip_if_exists. */
export async function copierPeer(folder, files, seeded) {
  const template = join(folder, 'template');
  const project = join(folder, 'acme-ml');
  const texts = (changes) =>
    Object.fromEntries(Object.entries(changes).map(([path, text]) => [`template/${path}`, text]));
  const release = await makeTemplate(template, {
    ...texts(files),
    'copier.yml': `_subdirectory: template\n_skip_if_exists: ${JSON.stringify(seeded)}\nname:\n  type: str\n  default: acme-ml\n`,
    'template/{{ _copier_conf.answers_file }}.jinja': '{{ _copier_answers|to_nice_yaml -}}\n',
  });
  const options = { env: gitEnvironment };
  await run(
    program('copier'),
    ['copy', '--quiet', '--defaults', '--vcs-ref', '1.0.0', template, project],
    options,
  );
  await firstCommit(project);
  return {
    project,
    release: (changes) => release(texts(changes)),
    update: () =>
      run(program('copier'), ['update', '--quiet', '--defaults'], { ...options, cwd: project }),
  };
}

/** @param seeded files that an update leaves alone: cruft calls them skip. */
export async function cruftPeer(folder, files, seeded) {
  const template = join(folder, 'template');
  const project = join(folder, 'acme-ml');
  const texts = (changes) =>
    Object.fromEntries(
      Object.entries(changes).map(([path, text]) => [`{{cookiecutter.name}}/${path}`, text]),
    );
  // What looks like its own syntax, e.g. a workflow's expressions, it must not render.
  const verbatim = Object.keys(files).filter((path) => /\{[{%#]/.test(files[path]));
  const release = await makeTemplate(template, {
    ...texts(files),
    'cookiecutter.json': JSON.stringify({ name: 'acme-ml', _copy_without_render: verbatim }),
  });
  const options = { env: gitEnvironment };
  await run(
    program('cruft'),
    [
      'create',
      template,
      '--no-input',
      '--output-dir',
      folder,
      ...seeded.flatMap((path) => ['--skip', path]),
    ],
    options,
  );
  await firstCommit(project);
  return {
    project,
    release: (changes) => release(texts(changes)),
    update: () =>
      run(program('cruft'), ['update', '--skip-apply-ask'], { ...options, cwd: project }),
  };
}
