import { failedExecution, missedCall, oneIsTooMany, type AlarmEntry } from './alarm-shapes';
import {
  answeringTypes,
  endpointTypeAlarms,
  fleetTypes,
  typesWithEndpoint,
} from './endpoint-alarms';
import type { EndpointType } from './endpoint-types';
import { dataMetricsNamespace } from './data-settings';
import { cost } from './policies/cost';
import { operationalExcellence } from './policies/operational-excellence';
import { reliability } from './policies/reliability';
import { frontDoorMetrics } from './front-door-metrics';
import { recoveryAlarms } from './recovery-alarms';
import { scheduleAlarms } from './schedule-alarms';
import { securityAlarms } from './security-alarms';
import { servingMetrics } from './serving-metrics';

/** Dimensions of the metrics that alarms look at. */
export type AlarmDimension =
  | 'EndpointName'
  | 'VariantName'
  | 'ContainerName'
  | 'PipelineName'
  | 'ApiName'
  | 'Stage'
  | 'FunctionName'
  | 'Resource'
  | 'StateMachineArn'
  | 'Dataset'
  | 'QueueName'
  | 'SourceBucket'
  | 'DestinationBucket'
  | 'RuleId'
  | 'BackupVaultName';

/** What an alarm looks at. */
export type AlarmMetric =
  | {
      readonly kind: 'metric';
      readonly namespace: string;
      readonly name: string;
      readonly statistic: string;
      /** Which dimensions the metric has; whoever creates the alarm gives their values. */
      readonly dimensions: readonly AlarmDimension[];
      /** The threshold is for one of these; whoever creates the alarm says how many there are. SageMaker reports 0 to 100 % for each. */
      readonly per?: 'virtual CPU' | 'GPU' | 'expected model';
    }
  /** AWS Budgets watches the spend itself; there is no CloudWatch metric behind it. */
  | { readonly kind: 'budget' }
  /** A service tells of a finding by an event; there is no CloudWatch metric behind it. */
  | { readonly kind: 'finding'; readonly sources: readonly string[] };

/** One kind of alarm: the CloudWatch alarm, its runbook and its place in the rollback all come from here. */
export interface AlarmKind {
  /** Also the name of its runbook. */
  readonly id: string;
  readonly capability: 'foundation' | 'data' | 'training' | 'serving' | 'recovery' | 'cost';
  readonly title: string;
  /** One sentence for the person it wakes. */
  readonly meaning: string;
  /** `critical` wakes somebody, `warning` is read the same day, `scaling` only moves instances. */
  readonly severity: 'critical' | 'warning' | 'scaling';
  readonly metric: AlarmMetric;
  readonly comparison: 'above' | 'at-least' | 'below';
  readonly threshold: number;
  readonly unit: string;
  readonly periodSeconds: number;
  /** Consecutive periods that must all be over the threshold. */
  readonly datapoints: number;
  /** What no data means: nobody called (`fine`), or the instances are gone (`breaching`). */
  readonly missingData: 'fine' | 'breaching';
  /** Whether a deployment goes back to the old fleet when it fires. */
  readonly rollsBack: boolean;
  /** Types of endpoints that have it; absent where it is none of an endpoint's. */
  readonly endpointTypes?: readonly EndpointType[];
  /** Path of the runbook in the generated repository. */
  readonly runbook: string;
}

const endpointDimensions = servingMetrics.dimensions;
const invocation = (name: string, statistic: string): AlarmMetric => ({
  kind: 'metric',
  namespace: 'AWS/SageMaker',
  name,
  statistic,
  dimensions: endpointDimensions,
});
const instance = (statistic: string, per?: 'virtual CPU'): AlarmMetric => ({
  kind: 'metric',
  namespace: '/aws/sagemaker/Endpoints',
  name: 'CPUUtilization',
  statistic,
  dimensions: endpointDimensions,
  ...(per ? { per } : {}),
});
/** Of the API in front of an endpoint. */
const gateway = (name: string, statistic: string): AlarmMetric => ({
  kind: 'metric',
  namespace: 'AWS/ApiGateway',
  name,
  statistic,
  dimensions: ['ApiName', 'Stage'],
});

const kinds: readonly AlarmEntry[] = [
  ...securityAlarms,
  ...recoveryAlarms,
  {
    id: 'endpoint-errors',
    capability: 'serving',
    title: 'Endpoint errors',
    meaning: 'More than 1 % of the requests were answered with a 5xx.',
    severity: 'critical',
    // Every response sends 0 or 1, so the average is the share of errors.
    metric: invocation('Invocation5XXErrors', 'Average'),
    comparison: 'above',
    threshold: operationalExcellence.errorRate.maxPercent / 100,
    unit: 'share of requests',
    periodSeconds: 60,
    datapoints: 2,
    missingData: 'fine',
    rollsBack: true,
    endpointTypes: typesWithEndpoint,
  },
  {
    id: 'endpoint-latency',
    capability: 'serving',
    title: 'Endpoint latency',
    meaning: 'The slowest 1 % of the requests took the model longer than 500 ms.',
    severity: 'critical',
    metric: invocation('ModelLatency', 'p99'),
    comparison: 'above',
    threshold: operationalExcellence.latencyP99.maxMicroseconds,
    unit: 'microseconds',
    periodSeconds: 60,
    datapoints: 2,
    missingData: 'fine',
    rollsBack: true,
    endpointTypes: answeringTypes,
  },
  {
    id: 'endpoint-rejections',
    capability: 'serving',
    title: 'Endpoint rejections',
    meaning:
      'More than half of the requests were refused with a 4xx: callers and model disagree about the input.',
    severity: 'critical',
    metric: invocation('Invocation4XXErrors', 'Average'),
    comparison: 'above',
    // Ours, not a policy's: one broken caller stays below it, a release with another input schema does not.
    threshold: 0.5,
    unit: 'share of requests',
    periodSeconds: 60,
    datapoints: 2,
    missingData: 'fine',
    rollsBack: true,
    endpointTypes: answeringTypes,
  },
  {
    id: 'endpoint-health',
    capability: 'serving',
    title: 'Endpoint health',
    meaning: 'No instance of the endpoint has reported for five minutes.',
    severity: 'critical',
    metric: instance('SampleCount'),
    comparison: 'below',
    threshold: 1,
    unit: 'reports per minute',
    periodSeconds: 60,
    datapoints: 5,
    missingData: 'breaching',
    // It is in alarm before the first instance is up, and SageMaker refuses an update while a rollback alarm is.
    rollsBack: false,
    endpointTypes: fleetTypes,
  },
  {
    id: 'endpoint-cpu-high',
    capability: 'serving',
    title: 'Endpoint busy',
    meaning:
      'The instances are busy for more than 80 % of their CPU time: one is added, up to the most allowed.',
    severity: 'scaling',
    metric: instance('Average', 'virtual CPU'),
    comparison: 'above',
    threshold: reliability.scaling.scaleOutPercent,
    unit: 'percent of all vCPUs',
    periodSeconds: 60,
    datapoints: 3,
    missingData: 'fine',
    rollsBack: false,
    endpointTypes: fleetTypes,
  },
  {
    id: 'endpoint-cpu-low',
    capability: 'serving',
    title: 'Endpoint idle',
    meaning:
      'The instances are busy for less than 50 % of their CPU time: one is removed, down to the fewest allowed.',
    severity: 'scaling',
    metric: instance('Average', 'virtual CPU'),
    comparison: 'below',
    threshold: reliability.scaling.scaleInPercent,
    unit: 'percent of all vCPUs',
    periodSeconds: 60,
    datapoints: 15,
    missingData: 'fine',
    rollsBack: false,
    endpointTypes: fleetTypes,
  },
  ...endpointTypeAlarms,
  {
    id: 'api-errors',
    capability: 'serving',
    title: 'API errors',
    meaning: 'More than 1 % of the requests to the API were answered with a 5xx.',
    severity: 'critical',
    metric: gateway('5XXError', 'Average'),
    comparison: 'above',
    threshold: operationalExcellence.errorRate.maxPercent / 100,
    unit: 'share of requests',
    periodSeconds: 60,
    datapoints: 2,
    missingData: 'fine',
    rollsBack: false,
  },
  {
    id: 'api-latency',
    capability: 'serving',
    title: 'API latency',
    meaning: 'The slowest 1 % of the requests to the API took longer than a second.',
    severity: 'critical',
    metric: gateway('Latency', 'p99'),
    comparison: 'above',
    // Ours: the model's 500 ms, and as much again for retries and a container that starts.
    threshold: 2 * operationalExcellence.latencyP99.maxMilliseconds,
    unit: 'milliseconds',
    periodSeconds: 60,
    datapoints: 2,
    missingData: 'fine',
    rollsBack: false,
  },
  {
    id: 'api-function-errors',
    capability: 'serving',
    title: 'API function errors',
    meaning: 'More than 1 % of the invocations of the function behind the API ended with an error.',
    severity: 'critical',
    // Every invocation sends 0 or 1, so the average is the share of errors.
    metric: {
      kind: 'metric',
      namespace: 'AWS/Lambda',
      name: 'Errors',
      statistic: 'Average',
      dimensions: ['FunctionName', 'Resource'],
    },
    comparison: 'above',
    threshold: operationalExcellence.errorRate.maxPercent / 100,
    unit: 'share of invocations',
    periodSeconds: 60,
    datapoints: 2,
    missingData: 'fine',
    rollsBack: false,
  },
  {
    id: 'api-degraded',
    capability: 'serving',
    title: 'API degraded',
    meaning:
      'More than 5 % of the answers were earlier ones or the fallback: the endpoint is unhealthy.',
    severity: 'warning',
    metric: {
      kind: 'metric',
      namespace: frontDoorMetrics.namespace,
      name: 'Degraded',
      statistic: 'Average',
      dimensions: frontDoorMetrics.dimensions,
    },
    comparison: 'above',
    // Ours: callers are served, so that it is read the same day; a single slow call does not reach it.
    threshold: 0.05,
    unit: 'share of requests',
    periodSeconds: 60,
    datapoints: 5,
    missingData: 'fine',
    rollsBack: false,
  },
  {
    id: 'training-failed',
    capability: 'training',
    title: 'Training failed',
    meaning: 'An execution of the training pipeline failed, or its model did not pass the gate.',
    metric: {
      kind: 'metric',
      namespace: 'AWS/Sagemaker/ModelBuildingPipeline',
      name: 'ExecutionFailed',
      statistic: 'Sum',
      dimensions: ['PipelineName'],
    },
    unit: 'executions',
    ...oneIsTooMany,
  },
  failedExecution({
    id: 'data-pipeline-failed',
    capability: 'data',
    title: 'Data pipeline failed',
    meaning: 'A delivery was refused, or an execution of its data pipeline broke off.',
  }),
  {
    id: 'data-refused',
    capability: 'data',
    title: 'Data refused',
    meaning: 'A delivery breaks the contract of its dataset, and nothing of it is trained on.',
    metric: {
      kind: 'metric',
      namespace: dataMetricsNamespace,
      name: 'DeliveryRefused',
      statistic: 'Maximum',
      dimensions: ['Dataset'],
    },
    unit: 'deliveries',
    ...oneIsTooMany,
  },
  missedCall({
    id: 'data-dead-letters',
    capability: 'data',
    title: 'Deliveries left behind',
    meaning:
      'The data pipeline was not started for a delivery, or broke off; the queue keeps which.',
  }),
  {
    id: 'budget',
    capability: 'cost',
    title: 'Budget',
    meaning: 'A share of the monthly budget is spent, or the forecast is above it.',
    severity: 'warning',
    metric: { kind: 'budget' },
    comparison: 'above',
    threshold: cost.budgetAlerts.actualPercent[0],
    unit: 'percent of the budget',
    // AWS Budgets looks at the bill up to three times a day.
    periodSeconds: 28_800,
    datapoints: 1,
    missingData: 'fine',
    rollsBack: false,
  },
];

/** Every alarm of a generated repository; each has the runbook `runbooks/<id>.md`, and there are no other runbooks. */
export const alarms: readonly AlarmKind[] = [...kinds, ...scheduleAlarms].map((kind) => ({
  ...kind,
  runbook: `runbooks/${kind.id}.md`,
}));

/** The alarm kind of an id. @throws Error when there is none: that is a mistake in the calling code. */
export function alarmKind(id: string): AlarmKind {
  const kind = alarms.find((candidate) => candidate.id === id);
  if (!kind)
    throw new Error(
      `There is no alarm "${id}"; there are ${alarms.map((alarm) => alarm.id).join(', ')}.`,
    );
  return kind;
}

/** The alarms of a type of endpoint, in the order of the table. */
export function alarmsOf(type: EndpointType): readonly AlarmKind[] {
  return alarms.filter((kind) => kind.endpointTypes?.includes(type));
}
