import {
  auditRetentionDays,
  ConfigurationError,
  formatPath,
  logRetentionDays,
  logRetentionSteps,
  readConfiguration,
  retentionByRegime,
  type Problem,
} from '@wa-ml/config';
import { describe, expect, it } from 'vitest';

const account = '333333333333';
const withProd = (prod: object, more: object = {}, others: object = {}) =>
  JSON.stringify({
    name: 'acme-ml',
    owner: 'ml@acme.example',
    environments: {
      dev: { tier: 'development', account: '111111111111', region: 'eu-west-1' },
      ...others,
      prod: { tier: 'production', account, region: 'eu-west-1', ...prod },
    },
    models: {},
    ...more,
  });
function problemsOf(text: string): readonly Problem[] {
  try {
    readConfiguration(text);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}
const rulesOf = (text: string) =>
  problemsOf(text).map(({ rule, path }) => [rule, formatPath(path)]);

describe('the recovery region', () => {
  it('has to be named for a critical production environment, and for no other', () => {
    expect(rulesOf(withProd({ critical: true }))).toEqual([
      ['recovery-region', 'environments.prod.recoveryRegion'],
    ]);
    expect(rulesOf(withProd({}))).toEqual([]);
    const staging = {
      tier: 'staging',
      account: '222222222222',
      region: 'eu-west-1',
      critical: true,
    };
    expect(rulesOf(withProd({}, {}, { staging }))).toEqual([]);
    const { normalised } = readConfiguration(
      withProd({ critical: true, recoveryRegion: 'eu-central-1' }),
    );
    expect(normalised.environments['prod']!.recoveryRegion).toBe('eu-central-1');
  });

  it('can be done without where that is said in so many words', () => {
    expect(rulesOf(withProd({ critical: true, acknowledge: ['one-region'] }))).toEqual([]);
  });

  it('is another one, and one that there is', () => {
    expect(rulesOf(withProd({ recoveryRegion: 'eu-west-1' }))).toEqual([
      ['recovery-region', 'environments.prod.recoveryRegion'],
    ]);
    const [problem] = problemsOf(withProd({ recoveryRegion: 'eu-centrall-1' }));
    expect(formatPath(problem!.path)).toBe('environments.prod.recoveryRegion');
    expect(`${problem!.what} ${problem!.instead}`).toContain('eu-central-1');
  });

  it('keeps personal data in Europe where GDPR binds', () => {
    const gdpr = { compliance: ['gdpr'] };
    expect(rulesOf(withProd({ recoveryRegion: 'us-east-1' }, gdpr))).toEqual([
      ['recovery-region', 'environments.prod.recoveryRegion'],
    ]);
    expect(rulesOf(withProd({ recoveryRegion: 'us-east-1' }))).toEqual([]);
    expect(rulesOf(withProd({ recoveryRegion: 'eu-central-1' }, gdpr))).toEqual([]);
  });
});

describe('what nobody can take back', () => {
  it.each(['object-lock-compliance', 'backup-vault-lock'])(
    '%s is refused outside of production',
    (one) => {
      const text = withProd({}).replace('"development"', `"development","acknowledge":["${one}"]`);
      expect(rulesOf(text)).toEqual([['irreversible', 'environments.dev.acknowledge']]);
      expect(rulesOf(withProd({ acknowledge: [one] }))).toEqual([]);
    },
  );

  it('locks for good only where it is acknowledged', () => {
    const lock = (prod: object) =>
      readConfiguration(withProd(prod)).normalised.environments['prod']!.records.lock;
    expect(lock({})).toBe('GOVERNANCE');
    expect(lock({ acknowledge: ['object-lock-compliance'] })).toBe('COMPLIANCE');
  });

  it('is spelt as it is: a typing error acknowledges nothing', () => {
    expect(problemsOf(withProd({ acknowledge: ['object-lock'] }))).toHaveLength(1);
  });
});

describe('detectors', () => {
  it('are created by one environment of an account and region', () => {
    const dev = (region: string) =>
      withProd(
        { detection: { guardDuty: 'create', unusedAccess: 'create' } },
        {},
        {
          qa: {
            tier: 'staging',
            account,
            region,
            detection: { guardDuty: 'create', unusedAccess: 'create' },
          },
        },
      );
    expect(rulesOf(dev('eu-west-1'))).toEqual([
      ['detection-once', 'environments.prod.detection.unusedAccess'],
      ['detection-once', 'environments.prod.detection.guardDuty'],
    ]);
    // In another region there is another detector; unused access is looked for once in an account.
    expect(rulesOf(dev('eu-central-1'))).toEqual([
      ['detection-once', 'environments.prod.detection.unusedAccess'],
    ]);
    expect(rulesOf(dev('eu-west-1').replaceAll('"create"', '"existing"'))).toEqual([]);
  });
});

describe('retention', () => {
  it('is the longest of the tier and of every regime', () => {
    expect(auditRetentionDays('development')).toBe(30);
    expect(auditRetentionDays('production')).toBe(365);
    expect(auditRetentionDays('production', ['gdpr'])).toBe(365);
    expect(auditRetentionDays('development', ['hipaa', 'pci'])).toBe(2192);
    expect(auditRetentionDays('staging', ['pci'])).toBe(365);
  });

  it('of log groups is a step that CloudWatch Logs has, and not shorter', () => {
    for (const tier of ['development', 'staging', 'production'] as const)
      for (const regime of Object.keys(retentionByRegime) as (keyof typeof retentionByRegime)[]) {
        const days = logRetentionDays(tier, [regime]);
        expect(logRetentionSteps).toContain(days);
        expect(days).toBeGreaterThanOrEqual(retentionByRegime[regime].days);
      }
  });

  it('says where each figure comes from', () => {
    for (const { source } of Object.values(retentionByRegime))
      expect(source.length).toBeGreaterThan(40);
  });
});

describe('notebooks', () => {
  it('stop after an hour without work unless told otherwise', () => {
    const notebooks = (more: object = {}) =>
      readConfiguration(withProd({ notebooks: { users: { ada: 'scientist' }, ...more } }))
        .normalised.environments['prod']!.notebooks;
    expect(notebooks()).toEqual({
      users: { ada: 'scientist' },
      idleMinutes: 60,
      instanceType: 'ml.t3.medium',
    });
    expect(notebooks({ idleMinutes: 120 })!.idleMinutes).toBe(120);
    expect(problemsOf(withProd({ notebooks: { users: {}, idleMinutes: 30 } }))).toHaveLength(1);
    expect(problemsOf(withProd({ notebooks: { users: { 'a b': 'scientist' } } }))).toHaveLength(1);
  });
});
