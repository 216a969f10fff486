import { describe, expect, it } from 'vitest';
import { configurationOf, delivered } from './delivery-repositories';

const documentOf = (region?: string): string => {
  const tiers = { dev: 'development', prod: 'production' } as const;
  const configuration = configurationOf(tiers, ['diagnosis', 'churn'], region);
  return delivered(configuration, 'monitoring').get('docs/monitoring.md')!;
};

describe('docs/monitoring.md', () => {
  it('links to the dashboard of every model in every environment', () => {
    const links = [...documentOf().matchAll(/\]\((https:\S+)\)/g)].map(([, url]) => url!);
    expect(links).toHaveLength(4);
    expect(links).toContain(
      'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#dashboards/dashboard/acme-ml-churn-prod',
    );
  });

  it('links to the console of the partition', () => {
    expect(documentOf('cn-north-1')).toContain('https://console.amazonaws.cn/cloudwatch/');
    expect(documentOf('us-gov-west-1')).toContain('https://console.amazonaws-us-gov.com/');
  });
});
