import { failedExecution, type AlarmEntry } from './alarm-shapes';
import type { AlarmMetric } from './alarms';
import { endpointTraits, endpointTypes, type EndpointType } from './endpoint-types';
import { operationalExcellence } from './policies/operational-excellence';
import { reliability } from './policies/reliability';

/** Types whose fleets scale by requests and use: those that answer at once, on instances. */
export const fleetTypes: readonly EndpointType[] = endpointTypes.filter(
  (type) => endpointTraits[type].hasInstances && endpointTraits[type].answersAtOnce,
);
/** Types whose callers wait for the answer. */
export const answeringTypes: readonly EndpointType[] = endpointTypes.filter(
  (type) => endpointTraits[type].answersAtOnce,
);
export const typesWithEndpoint: readonly EndpointType[] = endpointTypes.filter(
  (type) => endpointTraits[type].isEndpoint,
);

const variant = ['EndpointName', 'VariantName'] as const;
const ofEndpoint = (name: string, statistic: string): AlarmMetric => ({
  kind: 'metric',
  namespace: 'AWS/SageMaker',
  name,
  statistic,
  dimensions: ['EndpointName'], // SageMaker counts the queue of the endpoint, not of a variant
});
const ofVariant = (
  namespace: string,
  name: string,
  statistic: string,
  per?: 'GPU' | 'expected model',
): AlarmMetric => ({
  kind: 'metric',
  namespace,
  name,
  statistic,
  dimensions: variant,
  ...(per ? { per } : {}),
});

/** Most failed requests of a minute that a release survives. Ours: one broken file must not take a release back. */
const asynchronousFailures = 5;
/** Seconds that a request waits before somebody looks. Ours: a quarter of the hour that SageMaker gives a request. */
const oldestRequestSeconds = 900;
/** Share of the requests that find their model in memory. Ours: below it most callers wait for a download. */
const cacheHits = 0.5;
/** Share of the concurrency. Source: reliability policy "scale up on > 80 %". */
const busyShare = reliability.scaling.scaleOutPercent / 100;

/** Alarms that only some types of endpoints have. */
export const endpointTypeAlarms: readonly AlarmEntry[] = [
  ...(['high', 'low'] as const).map((level): AlarmEntry => ({
    id: `endpoint-gpu-${level}`,
    capability: 'serving',
    title: level === 'high' ? 'Endpoint GPU busy' : 'Endpoint GPU idle',
    meaning:
      level === 'high'
        ? 'The GPUs are busy for more than 80 % of their time: an instance is added, up to the most allowed.'
        : 'The GPUs are busy for less than 50 % of their time: an instance is removed, down to the fewest allowed.',
    severity: 'scaling',
    metric: ofVariant('/aws/sagemaker/Endpoints', 'GPUUtilization', 'Average', 'GPU'),
    comparison: level === 'high' ? 'above' : 'below',
    threshold:
      level === 'high' ? reliability.scaling.scaleOutPercent : reliability.scaling.scaleInPercent,
    unit: 'percent of all GPUs',
    periodSeconds: 60,
    datapoints: level === 'high' ? 3 : 15,
    missingData: 'fine',
    rollsBack: false,
    endpointTypes: fleetTypes,
  })),
  {
    id: 'endpoint-failures',
    capability: 'serving',
    title: 'Asynchronous failures',
    meaning: `More than ${asynchronousFailures} queued requests failed in a minute.`,
    severity: 'critical',
    metric: ofVariant('AWS/SageMaker', 'InvocationFailures', 'Sum'),
    comparison: 'above',
    threshold: asynchronousFailures,
    unit: 'requests',
    periodSeconds: 60,
    datapoints: 2,
    missingData: 'fine',
    rollsBack: true,
    endpointTypes: ['asynchronous'],
  },
  {
    id: 'endpoint-waiting',
    capability: 'serving',
    title: 'Requests without an instance',
    meaning: 'Requests are queued and no instance is there: the first one is started.',
    severity: 'scaling',
    metric: ofEndpoint('HasBacklogWithoutCapacity', 'Average'),
    comparison: 'at-least',
    threshold: 1,
    unit: '1: yes',
    periodSeconds: 60,
    datapoints: 2,
    missingData: 'fine',
    rollsBack: false,
    endpointTypes: ['asynchronous'],
  },
  {
    id: 'endpoint-backlog',
    capability: 'serving',
    title: 'Old requests in the queue',
    meaning: 'The oldest queued request has waited for more than a quarter of an hour.',
    severity: 'warning',
    metric: ofEndpoint('ApproximateAgeOfOldestRequest', 'Maximum'),
    comparison: 'above',
    threshold: oldestRequestSeconds,
    unit: 'seconds',
    periodSeconds: 60,
    datapoints: 5,
    missingData: 'fine',
    rollsBack: false,
    endpointTypes: ['asynchronous'],
  },
  {
    id: 'endpoint-concurrency',
    capability: 'serving',
    title: 'Serverless concurrency',
    meaning:
      'More than 80 % of the requests that the serverless endpoint may answer at once are running: above 100 % callers are refused.',
    severity: 'warning',
    metric: ofVariant('AWS/SageMaker', 'ServerlessConcurrentExecutionsUtilization', 'Maximum'),
    comparison: 'above',
    threshold: busyShare,
    unit: 'share of maxConcurrency',
    periodSeconds: 60,
    datapoints: 5,
    missingData: 'fine',
    rollsBack: false,
    endpointTypes: ['serverless'],
  },
  {
    id: 'endpoint-container-latency',
    capability: 'serving',
    title: 'Container latency',
    meaning: 'The slowest 1 % of the requests took one container of the pipeline over 500 ms.',
    severity: 'warning',
    metric: {
      kind: 'metric',
      namespace: 'AWS/SageMaker',
      name: 'ContainerLatency',
      statistic: 'p99',
      dimensions: [...variant, 'ContainerName'],
    },
    comparison: 'above',
    threshold: operationalExcellence.latencyP99.maxMicroseconds,
    unit: 'microseconds',
    periodSeconds: 60,
    datapoints: 3,
    missingData: 'fine',
    // Fifteen containers would be more alarms than SageMaker watches; the latency of the whole rolls back.
    rollsBack: false,
    endpointTypes: ['inferencePipeline'],
  },
  {
    id: 'endpoint-cache-misses',
    capability: 'serving',
    title: 'Models not in memory',
    meaning:
      'Less than half of the requests found their model in memory: the others waited for S3.',
    severity: 'warning',
    metric: ofVariant('AWS/SageMaker', 'ModelCacheHit', 'Average'),
    comparison: 'below',
    threshold: cacheHits,
    unit: 'share of requests',
    periodSeconds: 300,
    datapoints: 3,
    missingData: 'fine',
    rollsBack: false,
    endpointTypes: ['multiModel'],
  },
  {
    id: 'endpoint-loaded-models',
    capability: 'serving',
    title: 'Loaded models',
    meaning: 'An instance holds more models than `endpoint.loadedModels` expects.',
    severity: 'warning',
    metric: ofVariant('/aws/sagemaker/Endpoints', 'LoadedModelCount', 'Maximum', 'expected model'),
    comparison: 'above',
    threshold: 1,
    unit: 'models for each that is expected',
    periodSeconds: 300,
    datapoints: 3,
    missingData: 'fine',
    rollsBack: false,
    endpointTypes: ['multiModel'],
  },
  failedExecution({
    id: 'batch-failed',
    capability: 'serving',
    title: 'Batch transform failed',
    meaning:
      'A scheduled batch transform failed after its retries, so the answers of that run are missing.',
    endpointTypes: ['batchTransform'],
  }),
];
