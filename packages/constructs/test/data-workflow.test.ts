import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { deliveryWorkflow } from '@wa-ml/constructs';
import { describe, expect, it } from 'vitest';

const definition = deliveryWorkflow({
  dataset: 'customers',
  dataBucket: 'data-bucket',
  crawler: 'acme-ml-customers-dev',
  validateJob: 'acme-ml-customers-dev-validate',
  preprocessJob: 'acme-ml-customers-dev-preprocess',
  trainingPipelines: ['acme-ml-churn-dev', 'acme-ml-upsell-dev'],
  topicArn: '<topic>',
  deadLettersUrl: '<queue>',
  crawlerSeconds: 1,
  retrySeconds: 1,
});

// What EventBridge sends of an object that is complete (S3 user guide, "EventBridge").
const event = {
  source: 'aws.s3',
  'detail-type': 'Object Created',
  detail: {
    bucket: { name: 'data-bucket' },
    object: { key: 'raw/customers/ingest=2026-11-21/_SUCCESS', size: 0 },
  },
};
const crawled = { Crawler: { State: 'READY', LastCrawl: { Status: 'SUCCEEDED' } } };
const run = (JobRunState: string, more: object = {}) => ({
  JobRun: { Id: 'jr_1', JobRunState, ...more },
});
const execution = (status: string, id: string) => ({
  PipelineExecutionArn: `arn:aws:sagemaker:eu-west-1:123456789012:pipeline/p/execution/${id}`,
  PipelineExecutionStatus: status,
});
const answers = {
  'glue:StartCrawler': [{}],
  'glue:GetCrawler': [crawled],
  'glue:StartJobRun': [{ JobRunId: 'jr_1' }],
  'glue:GetJobRun': [run('SUCCEEDED')],
  'sagemaker:ListPipelineExecutions': [
    {
      PipelineExecutionSummaries: [
        execution('Failed', 'newest00000'),
        execution('Succeeded', 'good0000000'),
      ],
    },
    { PipelineExecutionSummaries: [execution('Failed', 'failed00000')] },
  ],
  'sagemaker:ListPipelineParametersForExecution': [
    {
      PipelineParameters: [
        { Name: 'TrainingImage', Value: 'image@sha256:1' },
        { Name: 'DataVersion', Value: 'old' },
        { Name: 'GitCommit', Value: '0123456' },
      ],
    },
  ],
  'sagemaker:StartPipelineExecution': [
    { PipelineExecutionArn: execution('', 'new00000000').PipelineExecutionArn },
  ],
};
const metrics = [
  { MetricName: 'Rows', Dimensions: [{ Name: 'Dataset', Value: 'd' }], Value: 3, Unit: 'Count' },
];
const report = (passed: boolean, summary = 'passed') => ({
  'quality/customers/ingest=2026-11-21/report.json': { passed, summary, metrics },
  'curated/customers/_ingests/2026-11-21.json': { version: '2026-11-21-0a1b2c3d' },
});
const good = { event, objects: report(true), answers };

const cases = {
  passes: good,
  refused: { ...good, objects: report(false, '5.6% of the rows are broken') },
  'refused, nobody told': { ...good, objects: report(false, 'broken'), withoutTopic: true },
  'job fails': {
    ...good,
    answers: {
      ...answers,
      'glue:GetJobRun': [run('FAILED', { ErrorMessage: 'delivery-empty: x' })],
    },
  },
  'job fails once': {
    ...good,
    answers: { ...answers, 'glue:GetJobRun': [run('FAILED'), run('SUCCEEDED')] },
  },
  'job is busy': {
    ...good,
    answers: {
      ...answers,
      'glue:StartJobRun': [{ Error: 'ConcurrentRunsExceededException' }, { JobRunId: 'jr_1' }],
    },
  },
  'crawler is busy': {
    ...good,
    answers: {
      ...answers,
      'glue:StartCrawler': [{ Error: 'CrawlerRunningException' }, {}],
      'glue:GetCrawler': [
        { Crawler: { State: 'RUNNING', LastCrawl: { Status: 'SUCCEEDED' } } },
        crawled,
      ],
    },
  },
  'first crawl': {
    ...good,
    answers: { ...answers, 'glue:GetCrawler': [{ Crawler: { State: 'RUNNING' } }, crawled] },
  },
  'crawler fails': {
    ...good,
    answers: {
      ...answers,
      'glue:GetCrawler': [{ Crawler: { State: 'READY', LastCrawl: { Status: 'FAILED' } } }],
    },
  },
  'fails, nobody told': {
    ...good,
    withoutTopic: true,
    answers: {
      ...answers,
      'glue:GetCrawler': [{ Crawler: { State: 'READY', LastCrawl: { Status: 'FAILED' } } }],
    },
  },
  'training is refused': {
    ...good,
    answers: { ...answers, 'sagemaker:StartPipelineExecution': [{ Error: 'ResourceNotFound' }] },
  },
};

interface Ended {
  readonly status: string;
  readonly error: string | null;
  readonly cause: string | null;
  readonly states: readonly string[];
  readonly calls: readonly ({ readonly call: string } & Record<string, any>)[];
  readonly told: readonly string[];
  readonly kept: readonly any[];
  readonly metrics: readonly string[];
}
const repository = join(__dirname, '../../..');
const ended: Readonly<Record<keyof typeof cases, Ended>> = JSON.parse(
  execFileSync(
    join(repository, '.venv/bin/python'),
    [join(__dirname, 'data-workflow/run_executions.py')],
    {
      input: JSON.stringify({ definition, cases }),
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      env: {
        ...process.env,
        AWS_ACCESS_KEY_ID: 'x',
        AWS_SECRET_ACCESS_KEY: 'x',
        AWS_DEFAULT_REGION: 'eu-west-1',
      },
    },
  ),
);
const calls = (name: keyof typeof cases, call: string) =>
  ended[name].calls.filter((one) => one.call === call);

describe('the state machine of a dataset, in moto’s interpreter', () => {
  it('crawls, validates, preprocesses and trains, in this order', () => {
    const { status, states, told, kept } = ended.passes;
    expect(status).toBe('SUCCEEDED');
    expect(
      states.filter((name) => /^(Crawl|Validate|PublishQuality|Preprocess|Train)$/.test(name)),
    ).toEqual([...['Crawl', 'Validate', 'PublishQuality', 'Preprocess', 'Train']]);
    expect([told, kept]).toEqual([[], []]);
  });

  it('tells the jobs which delivery it is', () => {
    expect(
      calls('passes', 'glue:StartJobRun').map(({ JobName, Arguments }) => [JobName, Arguments]),
    ).toEqual([
      ['acme-ml-customers-dev-validate', { '--ingest': '2026-11-21' }],
      ['acme-ml-customers-dev-preprocess', { '--ingest': '2026-11-21' }],
    ]);
  });

  it('publishes what the validation found, whether the delivery passed or not', () => {
    expect(ended.passes.metrics).toEqual(['WaMl/DataPipeline/Rows']);
    expect(ended.refused.metrics).toEqual(['WaMl/DataPipeline/Rows']);
  });

  it('trains with what the last good execution ran, on the new version, once for each version', () => {
    const [started, ...more] = calls('passes', 'sagemaker:StartPipelineExecution');
    expect(more).toEqual([]); // the other model was never trained
    expect(started!.PipelineParameters).toEqual([
      { Name: 'TrainingImage', Value: 'image@sha256:1' },
      { Name: 'GitCommit', Value: '0123456' },
      { Name: 'DataVersion', Value: '2026-11-21-0a1b2c3d' },
    ]);
    expect(started!.ClientRequestToken).toMatch(/^[0-9a-f]{64}$/);
    const [read] = calls('passes', 'sagemaker:ListPipelineParametersForExecution');
    expect(read!.PipelineExecutionArn).toContain('/good0000000');
  });

  it('ends a delivery that breaks its contract, and says why; nothing of it is written or trained on', () => {
    const { status, error, cause, told, kept } = ended.refused;
    expect([status, error, cause]).toEqual([
      'FAILED',
      'DataRefused',
      '5.6% of the rows are broken',
    ]);
    expect(told).toEqual([
      'Delivery 2026-11-21 of customers was refused: 5.6% of the rows are broken',
    ]);
    expect(kept).toEqual([]); // it is in the bucket, and to run it again would refuse it again
    expect(calls('refused', 'glue:StartJobRun')).toHaveLength(1);
    expect(calls('refused', 'sagemaker:StartPipelineExecution')).toEqual([]);
    expect(ended['refused, nobody told'].error).toBe('DataRefused');
  });

  it('tries a job that failed once more, then tells and keeps the delivery', () => {
    const { status, told, kept, cause } = ended['job fails'];
    expect(status).toBe('FAILED');
    expect(calls('job fails', 'glue:StartJobRun')).toHaveLength(2);
    expect(told[0]).toContain('Delivery 2026-11-21 of customers broke off');
    expect(told[0]).toContain('delivery-empty');
    expect(kept).toMatchObject([{ dataset: 'customers', ingest: '2026-11-21' }]);
    expect(cause).toContain('delivery-empty');
    expect(ended['job fails once'].status).toBe('SUCCEEDED');
  });

  it('waits for a job and a crawler that another delivery is in', () => {
    expect(ended['job is busy'].status).toBe('SUCCEEDED');
    expect(calls('job is busy', 'glue:StartJobRun')).toHaveLength(3);
    expect(ended['crawler is busy'].status).toBe('SUCCEEDED');
    expect(calls('crawler is busy', 'glue:StartCrawler')).toHaveLength(2);
    expect(calls('crawler is busy', 'glue:GetCrawler')).toHaveLength(2);
  });

  it('waits for a crawler that has never ended before', () => {
    expect(ended['first crawl'].status).toBe('SUCCEEDED');
  });

  it('tells of a crawler that failed, and keeps the delivery even when nobody can be told', () => {
    expect(ended['crawler fails'].cause).toContain('CrawlerFailed');
    expect(ended['crawler fails'].error).toBe('DeliveryLeftBehind');
    expect(ended['crawler fails'].kept).toHaveLength(1);
    const { told, kept } = ended['fails, nobody told'];
    expect([told.length, kept.length]).toEqual([0, 1]);
  });

  it('tells when a training cannot be started', () => {
    const { status, told, kept } = ended['training is refused'];
    expect([status, told.length, kept.length]).toEqual(['FAILED', 1, 1]);
  });
});

describe('the definition', () => {
  const states = Object.values(
    (definition as any).States as Record<string, Record<string, any>>,
  ).flatMap((state) => [state, ...Object.values(state.ItemProcessor?.States ?? {})]) as Record<
    string,
    any
  >[];
  const tasks = states.filter(({ Type }) => Type === 'Task');

  it('has a limit of time and retries with backoff and jitter on every call', () => {
    expect(tasks.length).toBeGreaterThan(8);
    for (const task of tasks) {
      expect(task.TimeoutSeconds, task.Resource).toBeLessThanOrEqual(3600);
      for (const retry of task.Retry) {
        expect(retry.BackoffRate).toBe(2);
        expect(retry.JitterStrategy).toBe('FULL');
      }
    }
  });

  it('catches what fails, or lies in a step that does', () => {
    const inside = Object.values((definition as any).States.Train.ItemProcessor.States);
    const uncaught = tasks.filter((task) => !task.Catch && !inside.includes(task));
    expect(uncaught.map(({ Resource }) => Resource)).toEqual(['arn:aws:states:::sqs:sendMessage']);
    expect((definition as any).States.Train.Catch).toBeDefined();
  });

  it('is below the size that Step Functions takes', () => {
    expect(JSON.stringify(definition).length).toBeLessThan(1024 * 1024);
  });
});
