import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { planRepo } from '@wa-ml/blueprint';
import { ConfigurationError, readConfiguration, type NormalisedConfiguration } from '@wa-ml/config';
import { loadTemplates } from '@wa-ml/project';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newRepository, temporaryFolder, textOf } from '../../packages/project/test/repository';
import { brokenBytes } from './broken-configurations';
import { deep, effort } from './effort';

/** Reads bytes as the commands read the file. @returns undefined where they are refused as they should be. */
function readOrRefuse(bytes: Buffer): NormalisedConfiguration | undefined {
  try {
    return readConfiguration(bytes.toString('utf8')).normalised;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const problem of error.problems) {
      for (const part of [problem.rule, problem.what, problem.why, problem.instead]) {
        expect(typeof part, JSON.stringify(problem)).toBe('string');
        expect(part, JSON.stringify(problem)).toMatch(/\S/);
        expect(part.length, 'a message that a terminal can show').toBeLessThan(2000);
      }
    }
    expect(JSON.stringify(error)).toContain('CONFIGURATION_INVALID');
    return undefined;
  }
}

describe('a broken wa-ml.json', () => {
  it(
    'is refused with what, why and instead for each problem, or is a plan',
    { timeout: 900_000 },
    () => {
      const counts = { refused: 0, planned: 0 };
      fc.assert(
        fc.property(brokenBytes, (bytes) => {
          const normalised = readOrRefuse(bytes);
          counts[normalised ? 'planned' : 'refused']++;
          if (normalised) expect(planRepo(normalised, loadTemplates()).length).toBeGreaterThan(50);
        }),
        { ...effort({ usual: 2_000, deep: 20_000 }), endOnFailure: true },
      );
      // Both ends of the claim were reached.
      expect(Math.min(counts.refused, counts.planned)).toBeGreaterThan(20);
    },
  );

  it('never changes what every object inherits', () => {
    const before = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));
    for (const name of ['__proto__', 'constructor', 'prototype'])
      readOrRefuse(
        Buffer.from(
          `{"${name}":{"prototype":{"polluted":1},"polluted":1},"models":{"${name}":{"polluted":1}}}`,
        ),
      );
    expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(before);
  });

  it('refuses a key that would be inherited and not written', () => {
    for (const key of ['models', 'environments']) {
      const text = textOf().replace(`"${key}": {`, `"${key}": { "__proto__": {},`);
      expect(() => readConfiguration(text), key).toThrow(/__proto__/);
    }
  });

  it.each([
    ['wa-ml diff', join(__dirname, '../../packages/project/lib/cli/bin.js'), ['diff']],
    [
      'create-wa-ml-project',
      join(__dirname, '../../apps/create-wa-ml-project/dist/bin.js'),
      ['new', '--config', 'wa-ml.json', '--no-install', '--no-git'],
    ],
  ])(
    'ends %s with exit code 2 and no stack trace',
    { timeout: 600_000 },
    (_name, program, args) => {
      const repository = newRepository();
      const texts = [
        ...['', '{"models":{"__proto__":{}}}', '['.repeat(200_000), '{"name":"\u0000\ud800"}'],
        ...fc.sample(brokenBytes, { numRuns: deep ? 40 : 1, seed: 1 }).map(String),
      ];
      for (const text of texts) {
        const folder = args[0] === 'diff' ? repository : temporaryFolder();
        writeFileSync(join(folder, 'wa-ml.json'), text);
        const { status, stderr } = spawnSync(process.execPath, [program, ...args], {
          cwd: folder,
          encoding: 'utf8',
          env: { ...process.env, NO_COLOR: '1' },
        });
        expect(stderr, text.slice(0, 200)).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
        if (status !== 0 && status !== 1) {
          expect(status, `${text.slice(0, 200)}\n${stderr.slice(0, 500)}`).toBe(2);
          expect(stderr).toMatch(/why[\s\S]*(next|instead|Mend)/);
        }
      }
    },
  );
});
