// Which edits each tool keeps: the same edit, the same release, a fresh project each time; read off the files afterwards.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commit } from './commit.mjs';
import { ourPeer, seededPaths } from './ours.mjs';
import { copierPeer, cruftPeer } from './peers.mjs';

const mark = 'written-by-a-person';
const released = 'of-a-release';
const first = (text, line) => `${line}\n${text}`;
const withDependency = (text, name) => {
  const value = JSON.parse(text);
  value.devDependencies = Object.fromEntries(
    Object.entries({ ...value.devDependencies, [name]: '1.0.0' }).sort(([left], [right]) =>
      left < right ? -1 : 1,
    ),
  );
  return `${JSON.stringify(value, undefined, 2)}\n`;
};

/** `edit` is the person's, `change` the release's; both go from text to text, and no text means that the file goes. */
const cases = [
  {
    title: 'a line at the end of a managed file; the release changes its first',
    path: 'README.md',
    edit: (text) => `${text}\n${mark}\n`,
    change: (text) => first(text, released),
  },
  {
    title: 'a seeded file rewritten; the release changes it too',
    path: 'models/diagnosis/model.py',
    edit: () => `# ${mark}\n`,
    change: (text) => first(text, `# ${released}`),
  },
  {
    title: 'a managed file deleted; the release changes it',
    path: 'runbooks/endpoint-errors.md',
    edit: () => undefined,
    change: (text) => first(text, released),
  },
  {
    title: 'a dependency in package.json; the release adds its neighbour',
    path: 'package.json',
    edit: (text) => withDependency(text, `a-${mark}`),
    change: (text) => withDependency(text, `a-${released}`),
  },
  {
    title: 'the same line of a managed file as the release',
    path: 'README.md',
    edit: (text) => text.replace(/^.*\n/, `# ${mark}\n`),
    change: (text) => text.replace(/^.*\n/, `# ${released}\n`),
  },
];

const tools = { ours: ourPeer, copier: copierPeer, cruft: cruftPeer };

/** @returns a Markdown table. */
export async function keptEdits(folder) {
  const lines = ['| edit | ours | copier | cruft |', '|-|-|-|-|'];
  const original = await ourPeer(place(folder, 'original'));
  const seeded = seededPaths(original.project);
  for (const [index, one] of cases.entries()) {
    const cells = [];
    for (const [name, make] of Object.entries(tools)) {
      const peer = await make(place(folder, `${name}-${index}`), original.files, seeded);
      cells.push(await outcome(peer, one, original.files[one.path]));
      rmSync(join(folder, `${name}-${index}`), { recursive: true });
    }
    lines.push(`| ${one.title} | ${cells.join(' | ')} |`);
  }
  return `${lines.join('\n')}\n`;
}

function place(folder, name) {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}

async function outcome({ project, release, update }, { path, edit, change }, text) {
  const file = join(project, path);
  const edited = edit(text);
  if (edited === undefined) rmSync(file);
  else writeFileSync(file, edited);
  await commit(project);
  await release({ [path]: change(text) });
  try {
    await update();
  } catch {
    return 'the update fails';
  }
  const after = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  if (edited === undefined) return after === undefined ? 'stays deleted' : 'comes back';
  if (after === undefined) return 'LOST: the file is gone';
  const parts = [
    after.includes(mark) ? 'kept' : 'LOST',
    after.includes(released) ? 'release in it' : 'release not in it',
  ];
  if (after.includes('<<<<<<<')) parts.push('conflict markers in the file');
  if (existsSync(`${file}.rej`)) parts.push('the release in a .rej file');
  if (path.endsWith('.json') && !isJson(after)) parts.push('no JSON any more');
  return parts.join(', ');
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
