import { describe, expect, it } from 'vitest';
import { example, resourcesOf, synthesiseExample } from './generated-infra';

const synthesised = await synthesiseExample();

describe('at rest', () => {
  const keyOf: Record<string, (properties: any) => unknown> = {
    'AWS::ECR::Repository': (p) => p.EncryptionConfiguration?.KmsKey,
    'AWS::Logs::LogGroup': (p) => p.KmsKeyId,
    'AWS::SNS::Topic': (p) => p.KmsMasterKeyId,
    'AWS::CloudTrail::Trail': (p) => p.KMSKeyId,
    'AWS::SageMaker::EndpointConfig': (p) => p.KmsKeyId,
    'AWS::SQS::Queue': (p) => p.KmsMasterKeyId,
    'AWS::Backup::BackupVault': (p) => p.EncryptionKeyArn,
    'AWS::Scheduler::Schedule': (p) => p.KmsKeyArn,
  };
  it.each(Object.keys(keyOf))('every %s has a customer-managed key', (type) => {
    const found = resourcesOf(synthesised, type);
    expect(found.length).toBeGreaterThan(0);
    for (const resource of found)
      expect(keyOf[type]!(resource.Properties), resource.id).toBeTypeOf('object');
  });

  it('every bucket has one, but for the access logs, which S3 does not deliver to such a bucket', () => {
    const algorithms = resourcesOf(synthesised, 'AWS::S3::Bucket').map((bucket) => [
      bucket.id.includes('AccessLogs') ? 'access logs' : 'other',
      bucket.Properties.BucketEncryption.ServerSideEncryptionConfiguration[0]
        .ServerSideEncryptionByDefault.SSEAlgorithm,
    ]);
    expect(new Set(algorithms.map(String))).toEqual(
      new Set(['access logs,AES256', 'other,aws:kms']),
    );
  });

  it('every key is rotated, and each environment has one for each of three purposes, and for copies of two', () => {
    const keys = resourcesOf(synthesised, 'AWS::KMS::Key');
    expect(keys).toHaveLength(3 * 3 + 2);
    for (const key of keys) expect(key.Properties.EnableKeyRotation).toBe(true);
  });

  it('an instance type with local disks gets no volume key, which SageMaker would refuse', async () => {
    const local = { instanceType: 'ml.g5.xlarge' };
    const { templates } = await synthesiseExample({
      environments: ['dev'],
      configuration: {
        ...example,
        models: { diagnosis: { flavour: 'pytorch-tabular', endpoint: local, training: local } },
      },
    });
    const text = JSON.stringify(templates['acme-ml-dev-serving-diagnosis']);
    expect(text).toContain('ml.g5.xlarge');
    expect(text).not.toContain('"KmsKeyId"');
    // Of the pipeline's five jobs the four that process data, on ml.m5.xlarge, keep their keys.
    expect(
      JSON.stringify(templates['acme-ml-dev-training-diagnosis']).split('VolumeKmsKeyId'),
    ).toHaveLength(5);
  });
});

describe('in transit', () => {
  it('every bucket and topic refuses plain HTTP, and every bucket TLS below 1.2', () => {
    const policies = resourcesOf(synthesised, 'AWS::S3::BucketPolicy');
    expect(policies).toHaveLength(resourcesOf(synthesised, 'AWS::S3::Bucket').length);
    for (const policy of policies) {
      const denied = policy.Properties.PolicyDocument.Statement.filter(
        (statement: any) => statement.Effect === 'Deny',
      );
      expect(JSON.stringify(denied), policy.id).toContain('"aws:SecureTransport":"false"');
      expect(JSON.stringify(denied), policy.id).toContain(
        '"NumericLessThan":{"s3:TlsVersion":1.2}',
      );
    }
    for (const policy of resourcesOf(synthesised, 'AWS::SNS::TopicPolicy')) {
      expect(JSON.stringify(policy.Properties)).toContain('"aws:SecureTransport":"false"');
    }
  });
});
