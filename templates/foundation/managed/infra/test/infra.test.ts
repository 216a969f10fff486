import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alarms, readConfiguration } from '@wa-ml/config';
import { checkedApp, formatFindings, synthesise } from '@wa-ml/constructs';
import { afterAll, describe, expect, it } from 'vitest';
import { addStacks } from '../stacks';

const root = join(__dirname, '..', '..');
const { normalised: configuration } = readConfiguration(readFileSync(join(root, 'wa-ml.json'), 'utf8'));
const outdir = mkdtempSync(join(tmpdir(), 'infra-test-'));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

describe('infrastructure', () => {
  it.each(Object.keys(configuration.environments))('of %s is clean by the AwsSolutions rules', (environment) => {
    const file = join(root, 'releases', `${environment}.json`);
    const releases = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    const app = checkedApp({ outdir: join(outdir, environment), builtinCloudFormationValidation: false });
    addStacks(app, configuration, environment, releases);
    const { findings, exitCode } = synthesise(app);
    // Warnings are printed by `synth` and stop nobody.
    expect(exitCode, formatFindings(findings)).toBe(0);
  });

  it('has a runbook for every alarm', () => {
    const runbooks = readdirSync(join(root, 'runbooks')).map((name) => `runbooks/${name}`);
    expect(runbooks).toEqual(expect.arrayContaining(alarms.map((alarm) => alarm.runbook)));
  });
});
