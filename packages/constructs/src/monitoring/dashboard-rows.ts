import { gpusOf, operationalExcellence, reliability, servingMetrics } from '@wa-ml/config';

/** One line of a graph. */
export interface GraphMetric {
  readonly namespace: string;
  readonly name: string;
  /** E.g. `Average`, `p99`. */
  readonly statistic: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** @default - what CloudWatch calls it */
  readonly label?: string;
}

export interface Graph {
  readonly title: string;
  readonly unit: string;
  readonly metrics: readonly GraphMetric[];
  /** Where the policy's alarm fires. */
  readonly limit?: { readonly value: number; readonly label: string };
}

/** Graphs that answer one question, side by side. */
export interface DashboardRow {
  readonly title: string;
  readonly graphs: readonly Graph[];
}

export interface DashboardSubject {
  /** Of the endpoint and of the pipeline. */
  readonly name: string;
  readonly instanceType: string;
  /** Whether the environment trains. */
  readonly trains: boolean;
  /** Whether our server answers: a program of people's own writes none of its metrics. @default true */
  readonly ourServer?: boolean;
}

/** SageMaker's own name for the only variant. */
const variantName = 'AllTraffic';

/** Lines about one thing. */
const linesOf =
  (namespace: string, dimensions: GraphMetric['dimensions']) =>
  (name: string, statistic: string, label?: string): GraphMetric => ({
    namespace,
    name,
    statistic,
    dimensions,
    ...(label ? { label } : {}),
  });

/** What a dashboard shows, from what users notice down to what may be the cause. */
export function dashboardRows(subject: DashboardSubject): DashboardRow[] {
  const { ourServer = true } = subject;
  const dimensions = { EndpointName: subject.name, VariantName: variantName };
  const endpoint = linesOf('AWS/SageMaker', dimensions);
  const instance = linesOf('/aws/sagemaker/Endpoints', dimensions);
  const server = linesOf(servingMetrics.namespace, dimensions);
  const { errorRate, latencyP99 } = operationalExcellence;
  const rows: DashboardRow[] = [
    {
      title: 'Do the users get answers?',
      graphs: [
        {
          title: 'Errors',
          unit: 'share of requests',
          metrics: [
            endpoint('Invocation5XXErrors', 'Average', '5xx'),
            endpoint('Invocation4XXErrors', 'Average', '4xx'),
          ],
          limit: {
            value: errorRate.maxPercent / 100,
            label: `alarm: 5xx above ${errorRate.maxPercent} %`,
          },
        },
        {
          title: 'Latency of the model',
          unit: 'microseconds',
          metrics: ['p50', 'p90', 'p99'].map((statistic) =>
            endpoint('ModelLatency', statistic, statistic),
          ),
          limit: {
            value: latencyP99.maxMicroseconds,
            label: `alarm: p99 above ${latencyP99.maxMilliseconds} ms`,
          },
        },
        {
          title: 'Throughput',
          unit: 'requests a minute',
          metrics: [
            endpoint('Invocations', 'Sum', 'all'),
            endpoint('InvocationsPerInstance', 'Sum', 'each instance'),
          ],
        },
      ],
    },
    {
      title: 'What keeps it busy?',
      graphs: [
        {
          title: 'CPU',
          unit: 'percent, 100 for each vCPU',
          metrics: [instance('CPUUtilization', 'Average', 'CPU')],
        },
        {
          title: 'Memory and disk',
          unit: 'percent',
          metrics: [
            instance('MemoryUtilization', 'Average', 'memory'),
            instance('DiskUtilization', 'Average', 'disk'),
          ],
          limit: { value: reliability.scaling.scaleOutPercent, label: 'nearly full' },
        },
        ...(gpusOf(subject.instanceType) > 0
          ? [
              {
                title: 'GPU',
                unit: 'percent, 100 for each GPU',
                metrics: [
                  instance('GPUUtilization', 'Average', 'GPU'),
                  instance('GPUMemoryUtilization', 'Average', 'memory'),
                ],
              },
            ]
          : []),
        ourServer
          ? {
              title: 'Time in SageMaker and in our queue',
              unit: 'p99: microseconds, milliseconds',
              metrics: [
                endpoint('OverheadLatency', 'p99', 'SageMaker (us)'),
                server('QueueTime', 'p99', 'queue (ms)'),
              ],
            }
          : {
              title: 'Time in SageMaker',
              unit: 'microseconds',
              metrics: [endpoint('OverheadLatency', 'p99', 'p99')],
            },
      ],
    },
  ];
  const answers: DashboardRow = {
    title: 'What do the answers look like?',
    graphs: [
      {
        title: 'Cache',
        unit: 'requests a minute',
        metrics: [server('CacheHits', 'Sum', 'hits'), server('CacheMisses', 'Sum', 'misses')],
      },
      {
        title: 'Predictions that need a look',
        unit: 'a minute',
        metrics: [
          server('OutOfRangeValues', 'Sum', 'values outside the range of training'),
          server('HumanReviews', 'Sum', 'marked for human review'),
          server('Explanations', 'Sum', 'explained on request'),
        ],
      },
      {
        title: 'Captured for monitoring',
        unit: 'a minute',
        metrics: [server('Captured', 'Sum', 'kept'), server('CapturesDropped', 'Sum', 'dropped')],
      },
    ],
  };
  return [
    ...rows,
    ...(ourServer ? [answers] : []),
    ...(subject.trains ? [trainingRow(subject.name)] : []),
  ];
}

function trainingRow(pipeline: string): DashboardRow {
  const execution = linesOf('AWS/Sagemaker/ModelBuildingPipeline', { PipelineName: pipeline });
  return {
    title: 'Does training work?',
    graphs: [
      {
        title: 'Executions of the pipeline',
        unit: 'executions',
        metrics: [
          execution('ExecutionStarted', 'Sum', 'started'),
          execution('ExecutionSucceeded', 'Sum', 'succeeded'),
          execution('ExecutionFailed', 'Sum', 'failed'),
        ],
      },
      {
        title: 'Time of an execution',
        unit: 'milliseconds',
        metrics: [execution('ExecutionDuration', 'Maximum', 'longest')],
      },
    ],
  };
}
