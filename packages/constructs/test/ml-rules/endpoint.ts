import { one, type Case, type RuleCases } from './cases';

const endpoint = (Properties: object): Case => one('AWS::SageMaker::Endpoint', Properties);
const config = (Properties: object): Case => one('AWS::SageMaker::EndpointConfig', Properties);
const onInstances = (InstanceType = 'ml.m5.large', more: object = {}) => ({
  ProductionVariants: [
    { VariantName: 'AllTraffic', InstanceType, InitialInstanceCount: 2, ...more },
  ],
});
const rollback = { AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'errors' }] } };
const alarm = (more: object = {}) => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: { AlarmName: 'errors', Period: 60, EvaluationPeriods: 2, ...more },
});
const scalable = {
  Type: 'AWS::ApplicationAutoScaling::ScalableTarget',
  Properties: { ServiceNamespace: 'sagemaker' },
};
const percent = (Value: number) => ({ Type: 'CAPACITY_PERCENT', Value });
const blueGreen = (TrafficRoutingConfiguration: object, more: object = {}) =>
  endpoint({
    DeploymentConfig: { BlueGreenUpdatePolicy: { TrafficRoutingConfiguration, ...more } },
  });
const canary = (size: number, wait = 600) => ({
  Type: 'CANARY',
  CanarySize: percent(size),
  WaitIntervalInSeconds: wait,
});
const capture = (more: object = {}) => ({
  ...onInstances(),
  DataCaptureConfig: { EnableCapture: true, DestinationS3Uri: 's3://bucket/', ...more },
});
const serverless = (MemorySizeInMB: number, MaxConcurrency: number) => ({
  ProductionVariants: [{ VariantName: 'A', ServerlessConfig: { MemorySizeInMB, MaxConcurrency } }],
});
const asynchronous = (OutputConfig: object) =>
  config({ ...onInstances(), AsyncInferenceConfig: { OutputConfig } });

const variants = (count: number) => ({
  Type: 'AWS::SageMaker::EndpointConfig',
  Properties: { ProductionVariants: Array(count).fill({}) },
});
const keepingAllBut = (VariantPropertyType: string) => ({
  RetainAllVariantProperties: true,
  ExcludeRetainedVariantProperties: [{ VariantPropertyType }],
});
const rolling = {
  EndpointConfigName: { 'Fn::GetAtt': ['Config', 'EndpointConfigName'] },
  DeploymentConfig: { RollingUpdatePolicy: {} },
};
const containers = (...names: readonly string[]) =>
  names.map((ContainerHostname) => ({ ContainerHostname }));
const multiModel = (PrimaryContainer: object): Case =>
  one('AWS::SageMaker::Model', { PrimaryContainer: { Mode: 'MultiModel', ...PrimaryContainer } });
const emptyFleet = (MinCapacity: number) => ({
  Type: 'AWS::ApplicationAutoScaling::ScalableTarget',
  Properties: { ScalableDimension: 'sagemaker:variant:DesiredInstanceCount', MinCapacity },
});
const watching = (Value = 'churn') => alarm({ Dimensions: [{ Name: 'EndpointName', Value }] });

export const endpointCases: Readonly<Record<string, RuleCases>> = {
  'endpoint-rollback-alarms': {
    compliant: [endpoint({ DeploymentConfig: rollback })],
    broken: [
      endpoint({}),
      endpoint({ DeploymentConfig: { AutoRollbackConfiguration: { Alarms: [] } } }),
    ],
  },
  'endpoint-rollback-window': {
    compliant: [
      {
        ...endpoint({
          DeploymentConfig: {
            ...rollback,
            BlueGreenUpdatePolicy: { TerminationWaitInSeconds: 120 },
          },
        }),
        Alarm: alarm(),
      },
      { ...endpoint({ DeploymentConfig: rollback }), Alarm: alarm({ EvaluationPeriods: 99 }) },
    ],
    broken: [
      {
        template: {
          ...endpoint({
            DeploymentConfig: {
              ...rollback,
              BlueGreenUpdatePolicy: { TerminationWaitInSeconds: 119 },
            },
          }),
          Alarm: alarm(),
        },
        parts: ['Alarm'],
      },
      {
        ...endpoint({
          DeploymentConfig: {
            AutoRollbackConfiguration: { Alarms: [{ AlarmName: { Ref: 'Alarm' } }] },
            BlueGreenUpdatePolicy: { TerminationWaitInSeconds: 600 },
          },
        }),
        Alarm: alarm({ AlarmName: undefined, Period: 3600 }),
      },
    ],
  },
  'endpoint-rollout-limits': {
    compliant: [
      endpoint({}),
      blueGreen({ Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 0 }),
      blueGreen(canary(50), {
        TerminationWaitInSeconds: 600,
        MaximumExecutionTimeoutInSeconds: 3600,
      }),
      blueGreen({ Type: 'CANARY', CanarySize: { Type: 'INSTANCE_COUNT', Value: 1 } }),
      blueGreen({ Type: 'LINEAR', LinearStepSize: percent(10), WaitIntervalInSeconds: 60 }),
      endpoint({ DeploymentConfig: { RollingUpdatePolicy: { MaximumBatchSize: percent(5) } } }),
    ],
    broken: [
      { template: blueGreen({ Type: 'CANARY' }), parts: ['CanarySize'] },
      { template: blueGreen(canary(51)), parts: ['CanarySize'] },
      {
        template: blueGreen({ Type: 'LINEAR', LinearStepSize: percent(9) }),
        parts: ['LinearStepSize'],
      },
      { template: blueGreen(canary(10, 3601)), parts: ['WaitIntervalInSeconds'] },
      {
        template: blueGreen(canary(10), { TerminationWaitInSeconds: 3601 }),
        parts: ['TerminationWaitInSeconds'],
      },
      {
        template: blueGreen(canary(10), {
          TerminationWaitInSeconds: 600,
          MaximumExecutionTimeoutInSeconds: 1200,
        }),
        parts: ['MaximumExecutionTimeoutInSeconds'],
      },
      {
        // Ten steps of ten per cent, each with its wait.
        template: blueGreen(
          { Type: 'LINEAR', LinearStepSize: percent(10), WaitIntervalInSeconds: 600 },
          { MaximumExecutionTimeoutInSeconds: 6000 },
        ),
        parts: ['MaximumExecutionTimeoutInSeconds'],
      },
      {
        template: endpoint({
          DeploymentConfig: { RollingUpdatePolicy: { MaximumBatchSize: percent(51) } },
        }),
        parts: ['MaximumBatchSize'],
      },
      {
        template: endpoint({
          DeploymentConfig: { BlueGreenUpdatePolicy: {}, RollingUpdatePolicy: {} },
        }),
        parts: ['two policies'],
      },
    ],
  },
  'endpoint-keeps-scaling': {
    compliant: [
      endpoint({}),
      { ...endpoint({ RetainAllVariantProperties: true }), Target: scalable },
    ],
    broken: [
      { ...endpoint({}), Target: scalable },
      { ...endpoint({ RetainAllVariantProperties: false }), Target: scalable },
    ],
  },
  'endpoint-budgeted': {
    compliant: [{ ...endpoint({}), Budget: { Type: 'AWS::Budgets::Budget' } }],
    broken: [endpoint({})],
  },
  'variant-autoscaled': {
    compliant: [{ ...config(onInstances()), Target: scalable }, config(serverless(2048, 5))],
    broken: [config(onInstances())],
  },
  'variant-two-instances': {
    compliant: [
      config(onInstances()),
      config(serverless(2048, 5)),
      config({
        ...onInstances('ml.m5.large', { InitialInstanceCount: 1 }),
        AsyncInferenceConfig: { OutputConfig: {} },
      }),
    ],
    broken: [
      {
        template: config(onInstances('ml.m5.large', { InitialInstanceCount: 1 })),
        parts: ['AllTraffic'],
      },
    ],
  },
  'variant-without-elastic-inference': {
    compliant: [config(onInstances())],
    broken: [config(onInstances('ml.m5.large', { AcceleratorType: 'ml.eia2.medium' }))],
  },
  'endpoint-config-key': {
    compliant: [
      config({ ...onInstances(), KmsKeyId: 'key' }),
      config(onInstances('ml.g5.xlarge')),
      config(serverless(2048, 5)),
    ],
    broken: [config(onInstances()), config({ ...onInstances('ml.g5.xlarge'), KmsKeyId: 'key' })],
  },
  'capture-encrypted': {
    compliant: [config(onInstances()), config(capture({ KmsKeyId: 'key' }))],
    broken: [config(capture())],
  },
  'capture-names-personal-data': {
    compliant: [
      config(capture({ EnableCapture: false })),
      config({ ...capture(), Tags: [{ Key: 'personal-data', Value: 'none' }] }),
    ],
    broken: [config(capture()), config({ ...capture(), Tags: [{ Key: 'owner', Value: 'me' }] })],
  },
  'serverless-limits': {
    compliant: [config(onInstances()), config(serverless(1024, 200)), config(serverless(6144, 1))],
    broken: [
      { template: config(serverless(1500, 5)), parts: ['MemorySizeInMB'] },
      { template: config(serverless(7168, 5)), parts: ['MemorySizeInMB'] },
      { template: config(serverless(1024, 201)), parts: ['MaxConcurrency'] },
      {
        template: config({ ...serverless(1024, 5), VpcConfig: { Subnets: ['subnet'] } }),
        parts: ['VpcConfig'],
      },
      {
        template: config({ ...serverless(1024, 5), DataCaptureConfig: { EnableCapture: true } }),
        parts: ['DataCapture'],
      },
    ],
  },
  'shadow-variant-limits': {
    compliant: [
      config(onInstances()),
      config({ ...onInstances(), ShadowProductionVariants: [{ VariantName: 'shadow' }] }),
    ],
    broken: [
      {
        template: config({ ...onInstances(), ShadowProductionVariants: [{}, {}] }),
        parts: ['several shadow variants'],
      },
      {
        template: config({ ProductionVariants: [{}, {}], ShadowProductionVariants: [{}] }),
        parts: ['several production variants'],
      },
      {
        template: config({ ...serverless(1024, 1), ShadowProductionVariants: [{}] }),
        parts: ['serverless'],
      },
      {
        template: config({
          ...onInstances(),
          ShadowProductionVariants: [{}],
          AsyncInferenceConfig: { OutputConfig: {} },
        }),
        parts: ['asynchronous'],
      },
    ],
  },
  'asynchronous-failures-told': {
    compliant: [
      config(onInstances()),
      asynchronous({ NotificationConfig: { ErrorTopic: { Ref: 'Topic' } } }),
    ],
    broken: [asynchronous({}), asynchronous({ NotificationConfig: { SuccessTopic: 'topic' } })],
  },
  'asynchronous-output-encrypted': {
    compliant: [
      config(onInstances()),
      asynchronous({ KmsKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] } }),
    ],
    broken: [asynchronous({})],
  },
  'variant-weights': {
    compliant: [
      { ...endpoint({ RetainAllVariantProperties: true }), Config: variants(1) },
      { ...endpoint({}), Config: variants(2) },
      { ...endpoint(keepingAllBut('DesiredWeight')), Config: variants(2) },
    ],
    broken: [
      { ...endpoint({ RetainAllVariantProperties: true }), Config: variants(2) },
      { ...endpoint(keepingAllBut('DesiredInstanceCount')), Config: variants(2) },
    ],
  },
  'variants-roll-together': {
    compliant: [
      { ...endpoint(rolling), Config: variants(1) },
      {
        ...endpoint({ EndpointConfigName: { 'Fn::GetAtt': ['Config', 'EndpointConfigName'] } }),
        Config: variants(2),
      },
    ],
    broken: [{ ...endpoint(rolling), Config: variants(2) }],
  },
  'inference-pipeline-limits': {
    compliant: [
      one('AWS::SageMaker::Model', { PrimaryContainer: { Image: 'image' } }),
      one('AWS::SageMaker::Model', { Containers: containers('a', 'b') }),
    ],
    broken: [
      {
        template: one('AWS::SageMaker::Model', { Containers: containers('a', 'a') }),
        parts: ['ContainerHostname'],
      },
      {
        template: one('AWS::SageMaker::Model', {
          Containers: containers(...[...'abcdefghijklmnop']),
          PrimaryContainer: {},
        }),
        parts: ['Containers', 'PrimaryContainer'],
      },
    ],
  },
  'multi-model-limits': {
    compliant: [multiModel({ ModelDataUrl: 's3://bucket/models/' })],
    broken: [
      { template: multiModel({ ModelDataUrl: 's3://bucket/models' }), parts: ['ModelDataUrl'] },
      {
        template: multiModel({ ModelDataUrl: 's3://bucket/models/', ModelDataSource: { S3: 1 } }),
        parts: ['ModelDataSource'],
      },
      {
        template: {
          ...multiModel({ ModelDataUrl: 's3://bucket/models/' }),
          Config: {
            Type: 'AWS::SageMaker::EndpointConfig',
            Properties: { ShadowProductionVariants: [{ ModelName: { Ref: 'Resource' } }] },
          },
        },
        parts: ['variant'],
      },
    ],
  },
  'asynchronous-wakes': {
    compliant: [
      { Resource: emptyFleet(1) },
      { Resource: emptyFleet(0), Alarm: alarm({ MetricName: 'HasBacklogWithoutCapacity' }) },
    ],
    broken: [{ Resource: emptyFleet(0) }],
  },
  'stopped-endpoint-silent': {
    compliant: [
      { ...endpoint({ EndpointName: 'churn' }), Alarm: watching() },
      {
        Resource: { ...endpoint({ EndpointName: 'churn' })['Resource']!, Condition: 'Runs' },
        Alarm: { ...watching(), Condition: 'Runs' },
        Other: watching('fraud'),
      },
    ],
    broken: [
      {
        template: {
          Resource: { ...endpoint({ EndpointName: 'churn' })['Resource']!, Condition: 'Runs' },
          Alarm: watching(),
        },
        parts: ['Alarm'],
      },
    ],
  },
  'rollback-alarms-in-time': {
    compliant: [
      { ...endpoint({ DeploymentConfig: rollback }), Alarm: alarm({ EvaluationPeriods: 3 }) },
    ],
    broken: [
      {
        template: {
          ...endpoint({ DeploymentConfig: rollback }),
          Alarm: alarm({ EvaluationPeriods: 4 }),
        },
        parts: ['Alarm'],
      },
      {
        template: endpoint({ DeploymentConfig: { RollingUpdatePolicy: {} } }),
        parts: ['RollingUpdatePolicy'],
      },
    ],
  },
};
