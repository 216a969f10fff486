import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contractPath, InputError } from '@wa-ml/config';
import { describe, expect, it } from 'vitest';
import {
  contract,
  example,
  exampleWithData,
  generatedInfra,
  resourcesOf,
  synthesiseExample,
} from './generated-infra';

async function withContract(content: object, dataset = 'customers'): Promise<void> {
  const { folder } = await generatedInfra();
  const file = join(folder, contractPath(dataset));
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, JSON.stringify(content));
}

const configuration = exampleWithData;
const synthesised = await synthesiseExample({
  configuration,
  app: { builtinCloudFormationValidation: true },
});
const stack = 'acme-ml-dev-data';
const one = (type: string, within = stack) => {
  const found = resourcesOf(synthesised, type).filter((resource) => resource.stack === within);
  expect(found, type).toHaveLength(1);
  return found[0]!.Properties;
};
const job = (name: string) =>
  resourcesOf(synthesised, 'AWS::Glue::Job').find(({ Properties }) =>
    Properties.Name.endsWith(name),
  )!.Properties;

describe('the data stack', () => {
  it('is there only in the environment that trains, and only where there is a pipeline', async () => {
    expect(synthesised.stacks.filter((name) => name.endsWith('-data'))).toEqual([stack]);
    expect((await synthesiseExample()).stacks.some((name) => name.endsWith('-data'))).toBe(false);
  });

  it('is clean by the AwsSolutions rules, our own, and those of CloudFormation', () => {
    expect(synthesised.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('starts on the marker of a complete delivery, told by the bucket without a function', () => {
    const { EventPattern, Targets } = one('AWS::Events::Rule');
    expect(EventPattern.detail.object.key).toEqual([
      { wildcard: 'raw/customers/ingest=*/_SUCCESS' },
    ]);
    expect(Targets[0]).toMatchObject({ RetryPolicy: { MaximumEventAgeInSeconds: 3600 } });
    expect(Targets[0].DeadLetterConfig.Arn).toBeDefined();
    const data = resourcesOf(synthesised, 'AWS::S3::Bucket').find(
      ({ stack: name, id }) => name === 'acme-ml-dev-foundation' && /StorageData/.test(id),
    )!;
    expect(data.Properties.NotificationConfiguration).toEqual({
      EventBridgeConfiguration: { EventBridgeEnabled: true },
    });
    expect(resourcesOf(synthesised, 'AWS::Lambda::Function')).toEqual([]);
  });

  it('runs Spark of Glue 5.1 with auto scaling, encrypted and inside the VPC', () => {
    for (const name of ['-validate', '-preprocess']) {
      expect(job(name)).toMatchObject({
        GlueVersion: '5.1',
        WorkerType: 'G.1X',
        NumberOfWorkers: 4,
        Timeout: 60,
        MaxRetries: 0,
      });
      expect(job(name).DefaultArguments['--enable-auto-scaling']).toBe('true');
      expect(job(name).SecurityConfiguration).toBe(one('AWS::Glue::SecurityConfiguration').Name);
      expect(job(name).Connections.Connections).toHaveLength(1); // one zone in development
      expect(job(name).MaxCapacity).toBeUndefined(); // Glue refuses it beside a worker type
    }
    const { EncryptionConfiguration } = one('AWS::Glue::SecurityConfiguration');
    expect(EncryptionConfiguration.S3Encryptions[0].S3EncryptionMode).toBe('SSE-KMS');
    expect(EncryptionConfiguration.CloudWatchEncryption.CloudWatchEncryptionMode).toBe('SSE-KMS');
    expect(EncryptionConfiguration.JobBookmarksEncryption.JobBookmarksEncryptionMode).toBe('CSE-KMS'); // prettier-ignore
  });

  it('keeps a bookmark of what was written, by a job that runs once at a time', () => {
    expect(job('-preprocess').DefaultArguments['--job-bookmark-option']).toBe(
      'job-bookmark-enable',
    );
    expect(job('-preprocess').ExecutionProperty).toEqual({ MaxConcurrentRuns: 1 });
    expect(job('-validate').DefaultArguments['--job-bookmark-option']).toBe('job-bookmark-disable');
  });

  it('crawls new folders only, which Glue takes with LOG and nothing else', () => {
    expect(one('AWS::Glue::Crawler')).toMatchObject({
      RecrawlPolicy: { RecrawlBehavior: 'CRAWL_NEW_FOLDERS_ONLY' },
      SchemaChangePolicy: { UpdateBehavior: 'LOG', DeleteBehavior: 'LOG' },
      DatabaseName: 'acme_ml_dev',
      TablePrefix: 'raw_',
    });
  });

  it('gives each duty a role of its own that sees no more than its stages', () => {
    const stages = (role: string, action: string) =>
      resourcesOf(synthesised, 'AWS::IAM::ManagedPolicy')
        .filter(({ id, stack: name }) => name === stack && id.includes(role))
        .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
        .filter(({ Action }) => [Action].flat().includes(action))
        .flatMap(({ Resource }) => JSON.stringify(Resource).match(/(raw|validated|quarantine|quality|curated)(?=\/customers)/g) ?? []); // prettier-ignore
    expect(new Set(stages('Crawl', 's3:GetObject'))).toEqual(new Set(['raw']));
    expect(stages('Crawl', 's3:PutObject')).toEqual([]);
    expect(new Set(stages('Validation', 's3:PutObject'))).toEqual(
      new Set(['validated', 'quarantine', 'quality']),
    );
    expect(new Set(stages('Preprocessing', 's3:GetObject'))).toEqual(
      new Set(['validated', 'curated']),
    );
    expect(new Set(stages('Workflow', 's3:GetObject'))).toEqual(new Set(['quality', 'curated']));
    for (const { Properties } of resourcesOf(synthesised, 'AWS::IAM::Role').filter(
      ({ stack: name }) => name === stack,
    ))
      // prettier-ignore
      expect(JSON.stringify(Properties.AssumeRolePolicyDocument)).toContain('aws:SourceAccount');
  });

  it('tags what holds personal data', async () => {
    const tagOf = (from: typeof synthesised) =>
      resourcesOf(from, 'AWS::StepFunctions::StateMachine')[0]!.Properties.Tags.find(
        ({ Key }: { Key: string }) => Key === 'data-classification',
      ).Value;
    expect(tagOf(synthesised)).toBe('personal');
    await withContract({ ...contract, uniqueKey: undefined, columns: [contract.columns[1]] });
    expect(tagOf(await synthesiseExample({ configuration, environments: ['dev'] }))).toBe(
      'internal',
    );
    await withContract(contract);
  });

  it('wakes somebody for each way in which a delivery is lost', () => {
    const alarms = resourcesOf(synthesised, 'AWS::CloudWatch::Alarm').filter(
      ({ stack: name }) => name === stack,
    );
    expect(alarms.map(({ Properties }) => Properties.AlarmName).sort()).toEqual([
      'acme-ml-customers-dev-data-pipeline-failed',
      'acme-ml-customers-dev-data-refused',
      'acme-ml-dev-data-dead-letters',
    ]);
  });

  it('lets what can be made again expire, and keeps what was delivered and what is trained on', () => {
    const rules = (name: string): string[] =>
      resourcesOf(synthesised, 'AWS::S3::Bucket')
        .filter((bucket) => bucket.stack === name && bucket.id.includes('StorageData'))
        .flatMap(({ Properties }) => Properties.LifecycleConfiguration.Rules)
        .filter((rule) => rule.ExpirationInDays === 365)
        .map((rule) => rule.Prefix);
    expect(rules('acme-ml-dev-foundation')).toEqual(['validated/', 'quarantine/', 'quality/']);
    expect(rules('acme-ml-prod-foundation')).toEqual([]);
  });

  it('trains on a version of the data: the files of its manifest, and no others', () => {
    const { PipelineDefinition } = one('AWS::SageMaker::Pipeline', 'acme-ml-dev-training-churn');
    const text = JSON.stringify(PipelineDefinition.PipelineDefinitionBody).replaceAll('\\', '');
    expect(text).toContain('/curated/customers/_versions/"');
    expect(text).toContain('".manifest"');
    expect(text).toContain('"S3DataType":"ManifestFile"');
    expect(text.match(/ManifestFile/g)).toHaveLength(1);
  });

  it('refuses a contract that is none when it is synthesised, with its path', async () => {
    for (const [content, why] of [
      [{ ...contract, columns: [] }, 'none is left for training'],
      [{ ...contract, columns: [{ name: 'age', type: 'float32' }] }, 'columns.0.type'],
      [{ ...contract, uniqueKey: ['customer'] }, 'did you mean "customer_id"?'],
    ] as const) {
      await withContract(content);
      const failed = synthesiseExample({ configuration, environments: ['dev'] });
      await expect(failed).rejects.toThrow(why);
      await expect(failed).rejects.toThrow('pipelines/data/contracts/customers.json');
      await expect(failed).rejects.toBeInstanceOf(InputError);
    }
    await withContract(contract);
  });

  it('stays far below the 500 resources that CloudFormation allows, with ten datasets', async () => {
    const names = [...'abcdefghij'].map((letter) => `dataset_${letter}`);
    for (const name of names) await withContract(contract, name);
    const { templates } = await synthesiseExample({
      configuration: {
        ...example,
        data: { pipeline: true, datasets: Object.fromEntries(names.map((name) => [name, {}])) },
      },
      environments: ['dev'],
    });
    expect(Object.keys(templates[stack]!.Resources).length).toBeLessThan(400);
  });
});
