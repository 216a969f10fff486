import { describe, expect, it } from 'vitest';
import { findPrice, idleCost, prices, usdOf } from '@wa-ml/config';

describe('the snapshot of prices', () => {
  it('has each price once, with its source, month and confidence', () => {
    const names = prices.items.map(({ service, key }) => `${service} ${key}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { service, key, usd, source, asOf, confidence } of prices.items) {
      expect(usd, `${service} ${key}`).toBeGreaterThanOrEqual(0);
      expect(source.length, `${service} ${key}`).toBeGreaterThan(10);
      expect(asOf).toMatch(/^(20\d\d-\d\d|unknown)$/);
      expect(['high', 'medium', 'low']).toContain(confidence);
    }
    expect([prices.region, prices.currency]).toEqual(['us-east-1', 'USD']);
  });

  it('is asked by name, and says what it does not have', () => {
    expect(usdOf('kms', 'customer-managed-key')).toBe(1);
    expect(findPrice('sagemaker-hosting', 'ml.p9.large')).toBeUndefined();
    expect(() => usdOf('kms', 'nothing')).toThrow(/no "kms nothing"/);
  });
});

const endpoint = (variant: object, more: object = {}) => ({
  Resources: {
    Config: {
      Type: 'AWS::SageMaker::EndpointConfig',
      Properties: { ProductionVariants: [variant] },
    },
    Endpoint: {
      Type: 'AWS::SageMaker::Endpoint',
      Properties: { EndpointConfigName: { 'Fn::GetAtt': ['Config', 'EndpointConfigName'] } },
      ...more,
    },
  },
});
const instances = { InstanceType: 'ml.m5.large', InitialInstanceCount: 2 };
const instanceUsd = (template: Parameters<typeof idleCost>[0], options = {}) =>
  idleCost(template, options).lines.find(({ what }) => what.startsWith('ml.'))?.usd;

describe('the cost of a stack that nobody uses', () => {
  it('counts instances by the hour, and those that a schedule stops by the hours that are left', () => {
    expect(instanceUsd(endpoint(instances))).toBeCloseTo(2 * 730 * 0.115);
    const stopped = endpoint(instances, { Condition: 'Running' });
    expect(instanceUsd(stopped)).toBeCloseTo(2 * 730 * 0.115);
    expect(instanceUsd(stopped, { conditionalHoursPerWeek: 42 })).toBeCloseTo(
      2 * 730 * 0.115 * 0.25,
    );
  });

  it('counts nothing for a serverless variant, and zero instances where scaling goes down to zero', () => {
    expect(idleCost(endpoint({ ServerlessConfig: { MemorySizeInMB: 2048 } })).usd).toBe(0);
    const { Resources } = endpoint(instances);
    const target = {
      Type: 'AWS::ApplicationAutoScaling::ScalableTarget',
      Properties: { MinCapacity: 0, MaxCapacity: 4 },
    };
    expect(instanceUsd({ Resources: { ...Resources, Target: target } })).toBe(0);
  });

  it('counts an interface endpoint in each zone, and a gateway not at all', () => {
    const vpcEndpoint = (Properties: object) =>
      idleCost({ Resources: { One: { Type: 'AWS::EC2::VPCEndpoint', Properties } } as never }).usd;
    expect(vpcEndpoint({ VpcEndpointType: 'Interface', SubnetIds: ['a', 'b'] })).toBeCloseTo(14.6);
    expect(vpcEndpoint({ VpcEndpointType: 'Gateway' })).toBe(0);
  });

  it('hides nothing: it names what it has no price for, and types that it does not know', () => {
    const { unpriced, unknownTypes } = idleCost({
      Resources: {
        Wall: { Type: 'AWS::WAFv2::WebACL' },
        Cluster: { Type: 'AWS::Redshift::Cluster' },
        ...endpoint({ InstanceType: 'ml.p9.large' }).Resources,
      },
    });
    expect(unpriced).toEqual([
      expect.stringContaining('Wall'),
      'Endpoint (AWS::SageMaker::Endpoint): ml.p9.large is not in the snapshot',
    ]);
    expect(unknownTypes).toEqual(['AWS::Redshift::Cluster']);
  });
});
