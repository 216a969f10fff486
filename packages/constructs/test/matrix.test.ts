import { describe, expect, it } from 'vitest';
import { formatFindings } from '@wa-ml/constructs';
import { deep } from '../../../test/robustness/effort';
import { CfnLint } from './matrix/cfn-lint';
import {
  acknowledgements,
  identityStatements,
  untagged,
  withoutResourceLevel,
} from './matrix/claims';
import { beside, factors, settings, notVaried, tried } from './matrix/options';
import { pairwise, shown, type Pair } from './matrix/pairwise';
import { refusedBy, synthesiseCase } from './matrix/synthesised-case';

const excluded: Pair[] = [];
const cases = [];
for (const chosen of pairwise(factors, refusedBy, excluded)) {
  cases.push(chosen);
  if (cases.length === tried) break;
}
/** What a case is about: its values that are not the neutral ones. */
const titled = cases.map(
  (chosen, index) =>
    [
      `${index + 1}: ${factors.flatMap((factor, one) => (chosen[one] === 0 ? [] : shown(factor, chosen[one]!))).join(', ') || 'every default'}`,
      chosen,
    ] as const,
);

/** Warnings that are a fact of the configuration and no fault, each with why. */
const expectedWarnings: Readonly<Record<string, string>> = {
  'WaMl-scaling-measured': 'nobody has measured the release yet',
};

describe('the options of the matrix', () => {
  it('hold every setting of wa-ml.json, or say why not', () => {
    const known = new Set(factors.map(({ name }) => name));
    const unknown = settings()
      .map(({ path }) => path)
      .filter((path) => !known.has(path) && !(path in notVaried));
    expect(unknown).toEqual([]);
    const valueless = factors.filter(({ values }) => values.length < 2).map(({ name }) => name);
    expect(valueless, 'give each some values in test/matrix/options.ts').toEqual([]);
  });

  it('are all there: no line names a setting that is gone', () => {
    const paths = new Set([
      ...settings().map(({ path }) => path),
      ...beside.map(({ name }) => name),
    ]);
    const lines = [...factors.map(({ name }) => name), ...Object.keys(notVaried)];
    expect(lines.filter((name) => !paths.has(name))).toEqual([]);
  });

  it.runIf(deep)('need at least 25 configurations, and leave out only what a rule refuses', () => {
    expect(cases.length).toBeGreaterThanOrEqual(25);
    for (const { left, right, rules } of excluded)
      expect(rules.length, `${left} with ${right}`).toBeGreaterThan(0);
  });
});

const lint = new CfnLint();

describe.each(titled)('configuration %s', (_, chosen) => {
  it('is synthesised cleanly for every environment', async () => {
    const synthesised = await synthesiseCase(chosen);
    const { findings, templates } = synthesised;
    lint.add(templates);
    const unexpected = findings.filter(({ rule }) => !(rule in expectedWarnings));
    expect(unexpected, formatFindings(unexpected)).toEqual([]);

    for (const [name, template] of Object.entries(templates)) {
      expect(Object.keys(template.Resources).length, name).toBeLessThan(400);
      expect(JSON.stringify(template).length, name).toBeLessThan(1_000_000);
    }
    for (const { rule, reason } of acknowledgements(synthesised))
      expect(reason.length, rule).toBeGreaterThanOrEqual(20);
    const everywhere: string[] = [];
    for (const { at, actions, resources } of identityStatements(templates)) {
      for (const action of actions) expect(action, at).toMatch(/^[a-z0-9-]+:[A-Za-z0-9]+$/);
      if (resources.includes('*'))
        for (const action of actions)
          if (!withoutResourceLevel.has(action)) everywhere.push(`${action} of ${at}`);
    }
    expect(everywhere).toEqual([]);
    expect(untagged(synthesised, ['project', 'environment', 'owner', 'capability'])).toEqual([]);
  }, 300_000);
});

it('gives templates of which cfn-lint says nothing', () => {
  expect(lint.size).toBeGreaterThan(10);
  const findings = lint
    .findings()
    .map(({ Rule, Level, Message, Filename, Location }) =>
      [Level, Rule.Id, Filename.split('/').at(-1), Location.Path.join('/'), Message].join(' '),
    );
  expect(findings).toEqual([]);
}, 600_000);
