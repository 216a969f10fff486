import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { readConfiguration } from '@wa-ml/config';
import { afterEach, describe, expect, it } from 'vitest';
import { read, temporaryFolder } from '../../../packages/project/test/repository';
import { fetches, withNpm } from './fake-npm';
import { has, Terminal, withoutTmux } from './terminal';

const program = `'${process.execPath}' '${join(__dirname, '../dist/bin.js')}'`;
const waMl = `'${process.execPath}' '${join(__dirname, '../../../packages/project/lib/cli/bin.js')}'`;
const reason = withoutTmux();
const title = `in a real terminal${reason ? ` (skipped: ${reason})` : ''}`;

describe.skipIf(reason !== undefined)(title, () => {
  const open: Terminal[] = [];
  afterEach(() => open.splice(0).forEach((terminal) => terminal.close()));
  function start(command: string, options: ConstructorParameters<typeof Terminal>[1]): Terminal {
    const terminal = new Terminal(command, options);
    open.push(terminal);
    return terminal;
  }

  it('asks in 40 columns, refuses at once what would be refused later, and lets answers be changed', async () => {
    const cwd = temporaryFolder();
    const rows = Array.from({ length: 40 }, (_, row) => `${row},text no ${row},${row % 2}`);
    writeFileSync(join(cwd, 'customers.csv'), `age,note,churned\n${rows.join('\n')}\n`);
    mkdirSync(join(cwd, 'taken'));
    writeFileSync(join(cwd, 'taken/thesis.txt'), 'mine');
    const terminal = start(`${program} --no-install --no-git --region eu-north-1`, {
      cwd,
      columns: 40,
      rows: 90,
    });
    await terminal.answer('Where shall the repository be?', 'taken');
    await terminal.sees('It holds thesis.txt');
    terminal.press('C-u');
    await terminal.answer('Where shall', 'Bad_Name');
    await terminal.sees('is no repository name');
    terminal.press('C-u');
    await terminal.answer('Where shall', 'team-ml');
    await terminal.answer('Who is responsible?', 'me');
    await terminal.sees('is no e-mail address');
    terminal.press('C-u');
    await terminal.answer('Who is', 'ml@team.example');
    await terminal.sees('Which environments?');
    terminal.press('Down', 'Space', 'Enter'); // without staging
    await terminal.answer('account is "dev"');
    await terminal.answer('account is "prod"', '444444444444');
    await terminal.answer('first model', 'churn');
    await terminal.answer('made of?');
    await terminal.sees('learn from?');
    terminal.press('Down', 'Enter');
    await terminal.answer('Which file?', 'nope.csv');
    await terminal.sees('cannot be read');
    terminal.press('C-u');
    await terminal.answer('Which file?', 'customers.csv');
    await terminal.sees(/note: free text/);
    terminal.press('Down', 'Enter'); // over the free text, which nobody can predict
    await terminal.answer('training spread?');
    await terminal.answer('precise');
    await terminal.answer('served?');
    await terminal.sees('go live?');
    terminal.press('Up', 'Enter');
    const summary = await terminal.sees('Is it right?');
    expect(summary).toContain('churned');

    terminal.press('Down', 'Enter');
    await terminal.sees('Which answer?');
    terminal.press('Down', 'Down', 'Down', 'Enter'); // environments
    await terminal.sees(/◆ {2}Which environments\?/);
    terminal.press('Down', 'Space', 'Enter');
    await terminal.answer(/◆ {2}Which AWS account is "staging"\?/, '555555555555');
    const changed = await terminal.sees(/◆ {2}Is it right\?/);
    // Wrapped by us, inside the frame, and not by the terminal.
    const stray = changed.split('\n').filter((line) => line !== '' && !/^[│◆◇┌└├]/.test(line));
    expect(stray).toEqual([]);
    expect(existsSync(join(cwd, 'team-ml'))).toBe(false);
    terminal.press('Enter');
    await terminal.sees('exit 0');

    const { normalised } = readConfiguration(read(join(cwd, 'team-ml'), 'wa-ml.json'));
    expect(normalised).toMatchObject({
      name: 'team-ml',
      owner: 'ml@team.example',
      environments: {
        dev: { region: 'eu-north-1' },
        staging: { account: '555555555555' },
        prod: { account: '444444444444' },
      },
      models: {
        churn: {
          data: { file: 'data/customers.csv', target: 'churned' },
          in: { prod: { endpoint: { rollout: 'all-at-once' }, training: { precision: 'bf16' } } },
        },
      },
    });
    expect(read(join(cwd, 'team-ml'), 'models/churn/data/customers.csv')).toContain('39,text');
  });

  it('leaves nothing after Ctrl-C at the first question, at a choice and at the summary', async () => {
    const cwd = temporaryFolder();
    const known = '--owner a@team.example --region eu-west-1 --model churn --data';
    writeFileSync(join(cwd, 'few.csv'), 'a,b\n1,0\n2,1\n');
    const all = `team-ml ${known} few.csv --target b --environment dev --dev-account 111111111111 --flavour pytorch-tabular --strategy ddp --precision bf16 --endpoint realtime --rollout canary`;
    for (const [args, question] of [
      ['', 'Where shall'],
      [`team-ml ${known} few.csv`, 'Which environments?'],
      [all, 'Is it right?'],
    ]) {
      const terminal = start(`${program} ${args}`, { cwd });
      await terminal.sees(question!);
      terminal.press('C-c');
      expect(await terminal.sees(/exit \d/)).toMatch(/nothing was written\.\nexit 130/);
    }
    expect(readdirSync(cwd)).toEqual(['few.csv']);
  });

  it('shows what npm fetches, and after Ctrl-C leaves nothing of it running or lying about', async () => {
    const folder = temporaryFolder();
    const cwd = join(folder, 'work');
    const env = withNpm(
      folder,
      `mkdir -p node_modules/half work "${cwd}"; echo $$ > "${folder}/pid"; trap '' TERM INT
${fetches('@nx/devkit')}; while :; do date > node_modules/half/now; sleep 0.05; done`,
    );
    const terminal = start(`mkdir work; cd work; ${program} deep/team-ml --yes`, {
      cwd: folder,
      env,
    });
    expect(await terminal.sees('@nx/devkit')).toMatch(/Installing packages \d+ s {2}@nx\/devkit/);
    await terminal.sees(/Installing packages 1 s/); // the clock runs while npm does
    terminal.press('C-c');
    expect(await terminal.sees(/exit \d/)).toMatch(/nothing is left of it\.\nexit 130/);
    expect(readdirSync(cwd)).toEqual([]);
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it.each([
    [
      'locking',
      'console.log("resolving torch"); setTimeout(() => {}, 60_000)',
      's  resolving torch',
    ],
    ['committing', '', /Making the first commit 1 s/], // its clock runs, too
  ])('leaves nothing after Ctrl-C while %s', async (step, waMlProgram, seen) => {
    const folder = temporaryFolder();
    const cwd = join(folder, 'work');
    mkdirSync(cwd);
    writeFileSync(join(folder, 'wa-ml.js'), waMlProgram);
    const env = withNpm(
      folder,
      `mkdir -p node_modules/@wa-ml/project; cp "${folder}/wa-ml.js" node_modules/@wa-ml/project/
echo '{ "bin": { "wa-ml": "wa-ml.js" } }' > node_modules/@wa-ml/project/package.json`,
    );
    if (step === 'committing') {
      writeFileSync(join(folder, 'programs/git'), '#!/bin/sh\nmkdir -p .git; exec sleep 60\n');
      chmodSync(join(folder, 'programs/git'), 0o755);
    }
    const terminal = start(`${program} team-ml --yes`, { cwd, env });
    await terminal.sees(seen);
    terminal.press('C-c');
    expect(await terminal.sees(/exit \d/)).toMatch(/nothing is left of it\.\nexit 130/);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('leaves nothing when its terminal is closed', async () => {
    const folder = temporaryFolder();
    const cwd = join(folder, 'work');
    mkdirSync(cwd);
    const env = withNpm(folder, `${fetches('nx')}; sleep 600`);
    const terminal = start(`${program} team-ml --yes`, { cwd, env });
    await terminal.sees(/ s {2}nx/);
    expect(readdirSync(cwd)).toEqual(['team-ml']);
    terminal.close();
    await expect.poll(() => readdirSync(cwd), { timeout: 10_000 }).toEqual([]);
  });

  it('keeps a file that somebody wrote before Ctrl-C', async () => {
    const cwd = temporaryFolder();
    const env = withNpm(cwd, `echo mine > NOTES.md; ${fetches('nx')}; sleep 600`);
    const terminal = start(`${program} team-ml --yes`, { cwd, env });
    await terminal.sees(/ s {2}nx/);
    terminal.press('C-c');
    expect(await terminal.sees(/exit \d/)).toContain('changed NOTES.md');
    expect(read(join(cwd, 'team-ml'), 'NOTES.md')).toBe('mine\n');
  });

  it('asks nothing in CI, even of a terminal, and says in whole lines what it does', async () => {
    const cwd = temporaryFolder();
    const terminal = start(`${program} team-ml --no-install`, { cwd, env: { CI: 'true' } });
    const screen = await terminal.sees(/exit \d/);
    expect(screen).toMatch(
      /^… Writing files\n✓ Writing files \d\.\d s\n… Making the first commit\n/,
    );
    expect(screen).toContain('exit 0');
  });

  it('has colours, and with NO_COLOR or --no-color none, in questions and in progress', async () => {
    const cwd = temporaryFolder();
    // tmux writes 39 (default colour) and 0 of its own accord.
    const colours = /\u001B\[(?:\d+;)*(?:2|3[0-7]|9[0-7])m/;
    for (const [args, env, expected] of [
      ['', {}, true],
      ['--no-color', {}, false],
      ['', { NO_COLOR: '1' }, false],
    ] as const) {
      const terminal = start(
        `${program} x --yes --dry-run ${args} >/dev/null; ${program} ${args}`,
        { cwd, env: { ...env } },
      );
      await terminal.sees('Where shall');
      const [progress, ...question] = terminal.screen(true).split('┌');
      expect([colours.test(progress!), colours.test(question.join())], args).toEqual([
        expected,
        expected,
      ]);
    }
  });

  it('looks as the picture in the README shows it', () => {
    const { stderr, status } = spawnSync(
      process.execPath,
      [join(__dirname, '../../../tools/screenshot.mjs'), '--check'],
      { encoding: 'utf8' },
    );
    expect([stderr, status]).toEqual(['', 0]);
  });

  it.skipIf(!has('bash'))('completes in bash', async () => {
    const terminal = start('bash --norc', { cwd: temporaryFolder() });
    await terminal.sees('bash-');
    for (const [name, command] of [
      ['create-wa-ml-project', `${program} --completion bash`],
      ['wa-ml', `${waMl} completion bash`],
    ]) {
      terminal.type(`source <(${command}); clear; echo ready ${name}`);
      terminal.press('Enter');
      await terminal.sees(new RegExp(`^ready ${name}`, 'm'));
    }
    terminal.type('create-wa-ml-project --flav\tpytorch-t\t');
    await terminal.sees('--flavour pytorch-tabular');
    terminal.press('C-u');
    terminal.type('wa-ml promo\t--dr\t');
    await terminal.sees('wa-ml promote --dry-run');
    terminal.press('C-u');
    terminal.type('wa-ml base-image inf\t');
    await terminal.sees('base-image inference');
  });

  const zsh = has('zsh') ? '' : ' (skipped: there is no zsh)';
  it.skipIf(zsh !== '')(`completes in zsh${zsh}`, async () => {
    const terminal = start("PS1='zsh-ready ' zsh -f", { cwd: temporaryFolder() });
    await terminal.sees('zsh-ready');
    terminal.type(
      `autoload -U compinit; compinit -u -D; source <(${program} --completion zsh); source <(${waMl} completion zsh); clear; echo now ready`,
    );
    terminal.press('Enter');
    await terminal.sees(/^now ready/m);
    terminal.type('create-wa-ml-project --flav\tpytorch-t\t');
    await terminal.sees('--flavour pytorch-tabular');
    terminal.press('C-u');
    terminal.type('wa-ml promo\t--dr\t');
    await terminal.sees('wa-ml promote --dry-run');
    terminal.press('C-u');
    terminal.type('wa-ml base-image inf\t');
    await terminal.sees('base-image inference');
  });

  const fish = has('fish') ? '' : ' (skipped: there is no fish)';
  it.skipIf(fish !== '')(`completes in fish${fish}`, async () => {
    const lines = ['create-wa-ml-project --flavour ', 'wa-ml promote --dr', 'wa-ml base-image inf'];
    const terminal = start(
      `fish --no-config -c "${program} --completion fish | source; ${waMl} completion fish | source; ${lines.map((line) => `complete -C '${line}'`).join('; ')}"`,
      { cwd: temporaryFolder() },
    );
    const screen = await terminal.sees(/exit \d/);
    for (const word of ['pytorch-tabular', '--dry-run', 'inference', 'exit 0'])
      expect(screen).toMatch(new RegExp(`^${word}`, 'm'));
  });
});
