import { cost } from './policies/cost';
import { operationalExcellence } from './policies/operational-excellence';
import { reliability } from './policies/reliability';
import { recoveryAlarms } from './recovery-alarms';
import { securityAlarms } from './security-alarms';
import { servingMetrics } from './serving-metrics';

/** Dimensions of the metrics that alarms look at. */
export type AlarmDimension =
  | 'EndpointName'
  | 'VariantName'
  | 'PipelineName'
  | 'SourceBucket'
  | 'DestinationBucket'
  | 'RuleId'
  | 'BackupVaultName'
  | 'StateMachineArn';

/** What an alarm looks at. */
export type AlarmMetric =
  | {
      readonly kind: 'metric';
      readonly namespace: string;
      readonly name: string;
      readonly statistic: string;
      /** Which dimensions the metric has; whoever creates the alarm gives their values. */
      readonly dimensions: readonly AlarmDimension[];
      /** The metric counts every core (0 to 100 x vCPUs): divide it by the instance's vCPUs. */
      readonly perVirtualCpu?: boolean;
    }
  /** AWS Budgets watches the spend itself; there is no CloudWatch metric behind it. */
  | { readonly kind: 'budget' }
  /** A service tells of a finding by an event; there is no CloudWatch metric behind it. */
  | { readonly kind: 'finding'; readonly sources: readonly string[] };

/** One kind of alarm: the CloudWatch alarm, its runbook and its place in the rollback all come from here. */
export interface AlarmKind {
  /** Also the name of its runbook. */
  readonly id: string;
  readonly capability: 'foundation' | 'training' | 'serving' | 'recovery' | 'cost';
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
const instance = (statistic: string, perVirtualCpu: boolean): AlarmMetric => ({
  kind: 'metric',
  namespace: '/aws/sagemaker/Endpoints',
  name: 'CPUUtilization',
  statistic,
  dimensions: endpointDimensions,
  perVirtualCpu,
});

const kinds: readonly Omit<AlarmKind, 'runbook'>[] = [
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
  },
  {
    id: 'endpoint-health',
    capability: 'serving',
    title: 'Endpoint health',
    meaning: 'No instance of the endpoint has reported for five minutes.',
    severity: 'critical',
    metric: instance('SampleCount', false),
    comparison: 'below',
    threshold: 1,
    unit: 'reports per minute',
    periodSeconds: 60,
    datapoints: 5,
    missingData: 'breaching',
    // It is in alarm before the first instance is up, and SageMaker refuses an update while a rollback alarm is.
    rollsBack: false,
  },
  {
    id: 'endpoint-cpu-high',
    capability: 'serving',
    title: 'Endpoint busy',
    meaning:
      'The instances are busy for more than 80 % of their CPU time: one is added, up to the most allowed.',
    severity: 'scaling',
    metric: instance('Average', true),
    comparison: 'above',
    threshold: reliability.scaling.scaleOutPercent,
    unit: 'percent of all vCPUs',
    periodSeconds: 60,
    datapoints: 3,
    missingData: 'fine',
    rollsBack: false,
  },
  {
    id: 'endpoint-cpu-low',
    capability: 'serving',
    title: 'Endpoint idle',
    meaning:
      'The instances are busy for less than 50 % of their CPU time: one is removed, down to the fewest allowed.',
    severity: 'scaling',
    metric: instance('Average', true),
    comparison: 'below',
    threshold: reliability.scaling.scaleInPercent,
    unit: 'percent of all vCPUs',
    periodSeconds: 60,
    datapoints: 15,
    missingData: 'fine',
    rollsBack: false,
  },
  {
    id: 'training-failed',
    capability: 'training',
    title: 'Training failed',
    meaning: 'An execution of the training pipeline failed, or its model did not pass the gate.',
    severity: 'warning',
    metric: {
      kind: 'metric',
      namespace: 'AWS/Sagemaker/ModelBuildingPipeline',
      name: 'ExecutionFailed',
      statistic: 'Sum',
      dimensions: ['PipelineName'],
    },
    comparison: 'at-least',
    threshold: 1,
    unit: 'executions',
    periodSeconds: 300,
    datapoints: 1,
    missingData: 'fine',
    rollsBack: false,
  },
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
export const alarms: readonly AlarmKind[] = kinds.map((kind) => ({
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
