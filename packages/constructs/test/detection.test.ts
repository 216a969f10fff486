import type { Configuration } from '@wa-ml/config';
import { describe, expect, it } from 'vitest';
import { example, resourcesOf, synthesiseExample, type Synthesised } from './generated-infra';

type Detection = Configuration['environments'][string]['detection'];

const withDetection = (detection: Detection) =>
  synthesiseExample({
    configuration: {
      ...example,
      environments: {
        dev: { ...example.environments['dev']!, ...(detection ? { detection } : {}) },
      },
    },
  });
const made = (synthesised: Synthesised) => ({
  analyzers: resourcesOf(synthesised, 'AWS::AccessAnalyzer::Analyzer').map(
    ({ Properties }) => Properties.Type,
  ),
  detectors: resourcesOf(synthesised, 'AWS::GuardDuty::Detector').length,
});

describe('what an account has one of', () => {
  it('is not made unless wa-ml.json says so', async () => {
    expect(made(await withDetection(undefined))).toEqual({ analyzers: [], detectors: 0 });
    const existing = { accessAnalyzer: 'existing', unusedAccess: 'existing', guardDuty: 'existing' } as const; // prettier-ignore
    expect(made(await withDetection(existing))).toEqual({ analyzers: [], detectors: 0 });
  });

  it.each([
    ['accessAnalyzer', { analyzers: ['ACCOUNT'], detectors: 0 }],
    ['unusedAccess', { analyzers: ['ACCOUNT_UNUSED_ACCESS'], detectors: 0 }],
    ['guardDuty', { analyzers: [], detectors: 1 }],
  ] as const)('is made where it says so: %s, and nothing else', async (name, wanted) => {
    expect(made(await withDetection({ [name]: 'create' }))).toEqual(wanted);
  });

  it('tells the owner of its findings, whoever made it', async () => {
    const rules = resourcesOf(await withDetection(undefined), 'AWS::Events::Rule').map(
      ({ Properties }) => [Properties.EventPattern.source, Properties.Targets.length],
    );
    expect(rules).toEqual(
      expect.arrayContaining([
        [['aws.guardduty'], 1],
        [['aws.access-analyzer'], 1],
      ]),
    );
  });
});
