import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { manifestPath, versions } from '@wa-ml/blueprint';
import {
  createRepository,
  examine,
  migrationsSince,
  readPeopleData,
  upgrade,
  upgradeFiles,
} from '@wa-ml/project';
import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import {
  commit,
  git,
  read,
  temporaryFolder,
  tree,
  write,
} from '../packages/project/test/repository';
import { keptReleases, peoplesData, repositoryOf } from './release-fixtures';

const offline = { install: false };
const older = keptReleases.filter((release) => release !== versions.waMl);

function edit(root: string, path: string, change: (text: string) => string): void {
  const text = read(root, path);
  expect(change(text), `${path} is edited`).not.toBe(text);
  write(root, path, change(text));
}

/** What people do to a repository in some months, each line with a mark of its own. @returns the marks by path. */
function livedIn(root: string): Record<string, string> {
  edit(root, 'wa-ml.json', (text) =>
    text.replace('"models": {', '"models": {\n    // mark-wa-ml: churn goes first'),
  );
  edit(root, 'README.md', (text) => `${text}\nmark-readme: ask in #ml.\n`);
  edit(root, 'infra/cost-stack.ts', (text) => `// mark-cost: reviewed by finance\n${text}`);
  edit(root, 'models/churn/model.py', (text) => `${text}\n\nMARK_MODEL = "mark-model"\n`);
  edit(root, 'models/churn/card.yaml', (text) =>
    text.replace('purpose: ""', 'purpose: "mark-card: whom to call"'),
  );
  edit(root, 'package.json', (text) =>
    text.replace('"devDependencies": {', '"devDependencies": {\n    "mark-dependency": "1.3.0",'),
  );
  write(root, 'notes.md', 'mark-notes\n');
  // Ejected, as `wa-ml eject` writes it down.
  edit(root, '.github/workflows/ci.yml', (text) => `# mark-ejected\n${text}`);
  edit(root, manifestPath, (text) => text.replace('/ci.yml": "managed', '/ci.yml": "ejected'));
  rmSync(join(root, 'runbooks/endpoint-cpu-low.md'));
  commit(root);
  return {
    'wa-ml.json': 'mark-wa-ml',
    'README.md': 'mark-readme',
    'infra/cost-stack.ts': 'mark-cost',
    'models/churn/model.py': 'mark-model',
    'models/churn/card.yaml': 'mark-card',
    'package.json': 'mark-dependency',
    'notes.md': 'mark-notes',
    '.github/workflows/ci.yml': 'mark-ejected',
  };
}

const commentsIn = (text: string): string[] => text.match(/\/\/ .*|\/\*[^]*?\*\//g) ?? [];

describe.each(older)('a repository of release %s', (release) => {
  it('that nobody edited becomes what create makes of its configuration today', async () => {
    const root = repositoryOf(release);
    const done = await upgrade(root, { ...offline, seeded: true });
    expect(done).toMatchObject({ from: release, to: versions.waMl });
    expect(done.offers.filter(({ taken }) => !taken)).toEqual([]);
    const directory = join(temporaryFolder(), 'acme-ml');
    createRepository({
      directory,
      configurationText: read(root, 'wa-ml.json'),
      data: { churn: readPeopleData(peoplesData, 'churned') },
    });
    rmSync(join(directory, 'models/churn/data'), { recursive: true });
    expect(tree(root)).toEqual(tree(directory));
  });

  it('that people live in loses nothing of theirs, in one commit, and is in step', async () => {
    const root = repositoryOf(release);
    const marks = livedIn(root);
    const before = read(root, 'wa-ml.json');
    const commits = () => Number(git(root, 'rev-list', '--count', 'HEAD'));
    const had = commits();

    const done = await upgrade(root, { ...offline, seeded: true });

    expect(commits()).toBe(had + 1);
    expect(git(root, 'status', '--porcelain')).toBe('');
    for (const [path, mark] of Object.entries(marks))
      expect(read(root, path), path).toContain(mark);
    expect(tree(root)['runbooks/endpoint-cpu-low.md']).toBeUndefined();
    for (const comment of commentsIn(before)) expect(read(root, 'wa-ml.json')).toContain(comment);
    expect(done.reconciliation.actions.filter(({ kind }) => kind === 'conflict')).toEqual([]);
    const { inStep, errors, files } = await examine(root);
    expect([errors, files.filter(({ state }) => state === 'conflicted'), inStep]).toEqual([
      [],
      [],
      true,
    ]);
    expect(files.find(({ path }) => path.endsWith('/ci.yml'))?.state).toBe('ejected');

    const after = tree(root);
    const again = await upgrade(root, { ...offline, seeded: true });
    expect([again.changes, again.offers]).toEqual([false, []]);
    expect([tree(root), commits()]).toEqual([after, had + 1]);
  });

  it('that people live in is offered what changed in seeded files, and keeps them until somebody takes it', async () => {
    const root = repositoryOf(release);
    livedIn(root);
    const { offers } = await upgrade(root, offline);
    expect(offers.map(({ path, kind, taken }) => `${kind} ${path} ${taken}`)).toEqual(
      expect.arrayContaining([
        'merge models/churn/card.yaml false',
        'update models/diagnosis/card.yaml false',
        'merge models/churn/model.py false',
      ]),
    );
    expect(read(root, 'models/diagnosis/card.yaml')).not.toContain('explanations_for_risk_rating');
    // What is needed to run with the new runtime is migrated all the same.
    expect(read(root, 'models/churn/model.py')).toContain('data: TrainingData');

    await upgrade(root, { ...offline, seeded: ['models/churn'] });
    expect(read(root, 'models/churn/card.yaml')).toMatch(
      /mark-card[^]*explanations_for_risk_rating/,
    );
    expect(read(root, 'models/churn/model.py')).toMatch(/the encoder keeps\.[^]*mark-model/);
    expect(read(root, 'models/diagnosis/card.yaml')).not.toContain('explanations_for_risk_rating');
    const left = await upgrade(root, offline);
    expect(left.changes).toBe(false);
    expect(new Set(left.offers.map(({ path }) => path.split('/')[1]))).toEqual(
      new Set(['diagnosis']),
    );
  });

  it('is migrated in meaning and not in more: every other setting stays', async () => {
    const root = repositoryOf(release);
    const before = parse(read(root, 'wa-ml.json')) as Record<string, any>;
    await upgrade(root, offline);
    const after = parse(read(root, 'wa-ml.json')) as Record<string, any>;
    for (const model of Object.keys(before['models'])) {
      const { budgetUsd = before['models'][model].endpoint?.budgetUsd, ...rest } =
        before['models'][model];
      expect(after['models'][model]).toEqual({
        ...rest,
        endpoint: { ...rest.endpoint, budgetUsd },
      });
    }
    // A critical production environment says that it lives in one region, as it did before.
    const environments = Object.fromEntries(
      Object.entries<any>(before['environments']).map(([name, one]) => [
        name,
        one.critical && one.tier === 'production' ? { ...one, acknowledge: ['one-region'] } : one,
      ]),
    );
    expect({ ...after, models: {} }).toEqual({ ...before, environments, models: {} });
  });

  it('is named in the commit, with its migrations and every file', async () => {
    const root = repositoryOf(release);
    const { commit: made } = await upgrade(root, offline);
    const message = git(root, 'show', '--no-patch', '--format=%B', made!);
    expect(message).toContain(`Upgrade from release ${release} to ${versions.waMl}`);
    for (const { release: of, name } of migrationsSince(release))
      expect(message).toContain(`- ${of} ${name}: `);
    const changed = git(root, 'show', '--name-only', '--format=', made!).trim().split('\n');
    expect(
      changed.filter((path) => !path.startsWith('.wa-ml/') && !message.includes(path)),
    ).toEqual([]);
  });

  it('is looked at without changing anything', async () => {
    const root = repositoryOf(release);
    const before = tree(root);
    const planned = await upgrade(root, { dryRun: true });
    expect([planned.changes, tree(root)]).toEqual([true, before]);
    expect(git(root, 'status', '--porcelain')).toBe('');
  });

  it('is upgraded by the next run where one was stopped before it could say what it had done', () => {
    const root = repositoryOf(release);
    livedIn(root);
    upgradeFiles(root, { seeded: true });
    const whole = tree(root);
    git(root, 'checkout', '--quiet', 'HEAD', '--', manifestPath);
    upgradeFiles(root, { seeded: true });
    expect(tree(root)).toEqual(whole);
    git(root, 'checkout', '--quiet', 'HEAD', '--', 'wa-ml.json', manifestPath);
    upgradeFiles(root, { seeded: true });
    expect(tree(root)).toEqual(whole);
  });
});

it('keeps a repository of every release but this one, of which there are some', () => {
  expect(older.length).toBeGreaterThan(0);
});
