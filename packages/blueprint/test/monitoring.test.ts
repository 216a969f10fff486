import { describe, expect, it } from 'vitest';
import { configurationOf, delivered } from './delivery-repositories';

const documentOf = (region?: string, models = ['diagnosis', 'churn']): string => {
  const tiers = { dev: 'development', prod: 'production' } as const;
  const configuration = configurationOf(tiers, models, region);
  return delivered(configuration, 'monitoring').get('docs/monitoring.md')!;
};

describe('docs/monitoring.md', () => {
  it('links to the dashboards of every environment, and names them', () => {
    const links = [...documentOf().matchAll(/\]\((https:\S+)\)/g)].map(([, url]) => url!);
    expect(links).toHaveLength(2);
    expect(new Set(links)).toEqual(
      new Set([
        'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#dashboards:',
      ]),
    );
    expect(documentOf()).toContain('`acme-ml-<model>-prod`');
  });

  it('is the same for every list of models, so that two branches can each add one', () => {
    expect(documentOf(undefined, ['fraud'])).toBe(documentOf());
  });

  it('links to the console of the partition', () => {
    expect(documentOf('cn-north-1')).toContain('https://console.amazonaws.cn/cloudwatch/');
    expect(documentOf('us-gov-west-1')).toContain('https://console.amazonaws-us-gov.com/');
  });
});
