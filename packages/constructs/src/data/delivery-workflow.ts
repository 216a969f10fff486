import { dataMetricsNamespace } from '@wa-ml/config';

type Json = { readonly [key: string]: unknown };

/** What the state machine of a dataset needs to know about the account it runs in. Strings may be CDK tokens. */
export interface WorkflowSetting {
  readonly dataset: string;
  readonly dataBucket: string;
  readonly crawler: string;
  readonly validateJob: string;
  readonly preprocessJob: string;
  /** SageMaker pipelines to start when new data has passed. */
  readonly trainingPipelines: readonly string[];
  readonly topicArn: string;
  readonly deadLettersUrl: string;
  /** Seconds between two looks at the crawler. @default 30 */
  readonly crawlerSeconds?: number;
  /** Seconds before a first retry. @default 10 */
  readonly retrySeconds?: number;
}

/** A job that runs for longer hangs: a delivery of a few gigabytes takes minutes. */
const jobSeconds = 3600;
/** Looks at the crawler, half an hour with 30 seconds between two. */
const crawlerLooks = 60;

/**
 * What happens to one delivery, in Amazon States Language with JSONPath: crawl, validate, preprocess, train.
 * Everything that fails tells the topic and leaves the delivery in the dead-letter queue; a delivery that breaks
 * its contract is no failure of the pipeline and tells the topic only.
 */
export function deliveryWorkflow(setting: WorkflowSetting): Json {
  const { dataset, dataBucket, retrySeconds = 10 } = setting;
  // Full jitter: deliveries that met the same limit do not meet again.
  const retry = (errors: readonly string[], attempts: number, seconds = retrySeconds): Json => ({
    ErrorEquals: errors,
    IntervalSeconds: seconds,
    BackoffRate: 2,
    MaxAttempts: attempts,
    MaxDelaySeconds: 300,
    JitterStrategy: 'FULL',
  });
  const failed = { Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Tell' }] };
  const call = (resource: string, Parameters: Json, next: Json, more: Json = {}): Json => ({
    Type: 'Task',
    Resource: `arn:aws:states:::${resource}`,
    Parameters,
    TimeoutSeconds: 60,
    Retry: [retry(['States.TaskFailed', 'States.Timeout'], 5)],
    ...failed,
    ...more,
    ...next,
  });
  const job = (name: string, next: string): Json =>
    call(
      'glue:startJobRun.sync',
      { JobName: name, Arguments: { '--ingest.$': '$.ingest' } },
      { Next: next },
      {
        ResultPath: null,
        TimeoutSeconds: jobSeconds,
        Retry: [
          // Another delivery is in the job, which runs once at a time: wait for up to two hours.
          retry(['Glue.ConcurrentRunsExceededException'], 30),
          retry(['Glue.ThrottlingException', 'Glue.InternalServiceException', 'Glue.OperationTimeoutException'], 5), // prettier-ignore
          // A run that ended badly once may have lost its machine; twice is a fault of ours or of the data.
          retry(['States.TaskFailed'], 1),
        ],
      },
    );
  const readReport = (place: string, next: string): Json =>
    call(
      'aws-sdk:s3:getObject',
      { Bucket: dataBucket, 'Key.$': `States.Format('${place}', $.ingest)` },
      { Next: next },
      {
        ResultSelector: { 'content.$': 'States.StringToJson($.Body)' },
        ResultPath: '$.report',
      },
    );

  return {
    Comment: `What is delivered to raw/${dataset}/`,
    StartAt: 'ReadEvent',
    States: {
      // raw/<dataset>/ingest=<id>/_SUCCESS
      ReadEvent: {
        Type: 'Pass',
        Parameters: {
          dataset,
          'ingest.$':
            "States.ArrayGetItem(States.StringSplit(States.ArrayGetItem(States.StringSplit($.detail.object.key, '/'), 2), '='), 1)",
          pipelines: setting.trainingPipelines,
          looked: { count: 0 },
        },
        Next: 'Crawl',
      },
      Crawl: call(
        'aws-sdk:glue:startCrawler',
        { Name: setting.crawler },
        { Next: 'WaitForCrawler' },
        {
          ResultPath: null,
          Retry: [retry(['Glue.CrawlerRunningException'], 10), retry(['States.TaskFailed', 'States.Timeout'], 5)], // prettier-ignore
        },
      ),
      WaitForCrawler: {
        Type: 'Wait',
        Seconds: setting.crawlerSeconds ?? 30,
        Next: 'LookAtCrawler',
      },
      LookAtCrawler: call(
        'aws-sdk:glue:getCrawler',
        { Name: setting.crawler },
        { Next: 'CountLooks' },
        {
          // A crawler that has never ended has no LastCrawl.
          ResultSelector: { 'now.$': '$.Crawler' },
          ResultPath: '$.crawler',
        },
      ),
      CountLooks: {
        Type: 'Pass',
        Parameters: { 'count.$': 'States.MathAdd($.looked.count, 1)' },
        ResultPath: '$.looked',
        Next: 'IsCrawled',
      },
      IsCrawled: {
        Type: 'Choice',
        Choices: [
          {
            And: [
              { Variable: '$.crawler.now.State', StringEquals: 'READY' },
              { Variable: '$.crawler.now.LastCrawl.Status', IsPresent: true },
              { Variable: '$.crawler.now.LastCrawl.Status', StringEquals: 'SUCCEEDED' },
            ],
            Next: 'Validate',
          },
          { Variable: '$.crawler.now.State', StringEquals: 'READY', Next: 'CrawlerFailed' },
          {
            Variable: '$.looked.count',
            NumericGreaterThanEquals: crawlerLooks,
            Next: 'CrawlerFailed',
          },
        ],
        Default: 'WaitForCrawler',
      },
      CrawlerFailed: {
        Type: 'Pass',
        Result: {
          Error: 'CrawlerFailed',
          Cause: `The crawler ${setting.crawler} has not ended well.`,
        },
        ResultPath: '$.error',
        Next: 'Tell',
      },
      Validate: job(setting.validateJob, 'ReadReport'),
      ReadReport: readReport(`quality/${dataset}/ingest={}/report.json`, 'PublishQuality'),
      PublishQuality: call(
        'aws-sdk:cloudwatch:putMetricData',
        { Namespace: dataMetricsNamespace, 'MetricData.$': '$.report.content.metrics' },
        { Next: 'HasPassed' },
        { ResultPath: null },
      ),
      HasPassed: {
        Type: 'Choice',
        Choices: [{ Variable: '$.report.content.passed', BooleanEquals: true, Next: 'Preprocess' }],
        Default: 'TellRefusal',
      },
      TellRefusal: publish(setting, 'was refused', '$.report.content.summary', 'Refused'),
      Refused: { Type: 'Fail', Error: 'DataRefused', CausePath: '$.report.content.summary' },
      Preprocess: job(setting.preprocessJob, 'ReadVersion'),
      ReadVersion: readReport(`curated/${dataset}/_ingests/{}.json`, 'Train'),
      Train: {
        Type: 'Map',
        Parameters: {
          'pipeline.$': '$$.Map.Item.Value',
          'version.$': '$.report.content.version',
          own: [{ Name: 'DataVersion', 'Value.$': '$.report.content.version' }],
        },
        ItemsPath: '$.pipelines',
        MaxConcurrency: 1,
        ItemProcessor: trainAgain(call),
        ResultPath: null,
        ...failed,
        Next: 'Done',
      },
      Done: { Type: 'Succeed' },
      Tell: publish(setting, 'broke off', 'States.JsonToString($.error)', 'KeepForLater'),
      KeepForLater: {
        Type: 'Task',
        Resource: 'arn:aws:states:::sqs:sendMessage',
        Parameters: { QueueUrl: setting.deadLettersUrl, 'MessageBody.$': '$' },
        TimeoutSeconds: 60,
        Retry: [retry(['States.ALL'], 5)],
        ResultPath: null,
        Next: 'Failed',
      },
      Failed: {
        Type: 'Fail',
        // A name of our own: States.TaskFailed and its like are none that an execution may end with.
        Error: 'DeliveryLeftBehind',
        CausePath: 'States.JsonToString($.error)',
      },
    },
  };
}

/** A sentence to the topic. When even that fails, the delivery still goes where it was going. */
function publish(setting: WorkflowSetting, what: string, why: string, next: string): Json {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::sns:publish',
    Parameters: {
      TopicArn: setting.topicArn,
      Subject: `Data pipeline of ${setting.dataset}`.slice(0, 100), // SNS's longest
      'Message.$': `States.Format('Delivery {} of ${setting.dataset} ${what}: {}', $.ingest, ${why})`,
    },
    TimeoutSeconds: 60,
    Retry: [{ ErrorEquals: ['States.TaskFailed'], IntervalSeconds: setting.retrySeconds ?? 10, BackoffRate: 2, MaxAttempts: 3, JitterStrategy: 'FULL' }], // prettier-ignore
    Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.untold', Next: next }],
    ResultPath: null,
    Next: next,
  };
}

/**
 * Starts a model's training pipeline with the images and the commit of its last good execution and the new version
 * of the data. A model that was never trained is left: somebody has to choose its images first.
 */
function trainAgain(
  call: (resource: string, parameters: Json, next: Json, more?: Json) => Json,
): Json {
  const inside = { Catch: undefined };
  return {
    ProcessorConfig: { Mode: 'INLINE' },
    StartAt: 'FindLastTraining',
    States: {
      FindLastTraining: call(
        'aws-sdk:sagemaker:listPipelineExecutions',
        { 'PipelineName.$': '$.pipeline', SortBy: 'CreationTime', SortOrder: 'Descending' },
        { Next: 'WasTrained' },
        {
          ...inside,
          ResultSelector: {
            'good.$': "$.PipelineExecutionSummaries[?(@.PipelineExecutionStatus == 'Succeeded')]",
          },
          ResultPath: '$.last',
        },
      ),
      WasTrained: {
        Type: 'Choice',
        Choices: [{ Variable: '$.last.good[0]', IsPresent: true, Next: 'TakeNewest' }],
        Default: 'NeverTrained',
      },
      NeverTrained: { Type: 'Succeed' },
      TakeNewest: {
        Type: 'Pass',
        Parameters: { 'execution.$': 'States.ArrayGetItem($.last.good, 0)' },
        ResultPath: '$.newest',
        Next: 'ReadParameters',
      },
      ReadParameters: call(
        'aws-sdk:sagemaker:listPipelineParametersForExecution',
        { 'PipelineExecutionArn.$': '$.newest.execution.PipelineExecutionArn' },
        { Next: 'ReplaceVersion' },
        {
          ...inside,
          ResultSelector: { 'kept.$': "$.PipelineParameters[?(@.Name != 'DataVersion')]" },
          ResultPath: '$.parameters',
        },
      ),
      ReplaceVersion: {
        Type: 'Pass',
        Parameters: { 'lists.$': 'States.Array($.parameters.kept, $.own)' },
        ResultPath: '$.both',
        Next: 'StartTraining',
      },
      StartTraining: call(
        'aws-sdk:sagemaker:startPipelineExecution',
        {
          'PipelineName.$': '$.pipeline',
          'PipelineParameters.$': '$.both.lists[*][*]',
          // The same version starts one execution, however often the delivery comes.
          'ClientRequestToken.$':
            "States.Hash(States.Format('{}/{}', $.pipeline, $.version), 'SHA-256')",
        },
        { End: true },
        inside,
      ),
    },
  };
}
