import { alarms, operationalExcellence, servingMetrics } from '@wa-ml/config';
import { describe, expect, it } from 'vitest';
import { dashboardRows } from '@wa-ml/constructs';
import { example, resourcesOf, synthesiseExample } from './generated-infra';

const synthesised = await synthesiseExample();
const text = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : (value as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1]
        .map((part) => (typeof part === 'string' ? part : '<ref>'))
        .join('');
const dashboards = resourcesOf(synthesised, 'AWS::CloudWatch::Dashboard').map(
  ({ stack, Properties }) => ({
    stack,
    name: Properties.DashboardName as string,
    widgets: JSON.parse(text(Properties.DashboardBody)).widgets as any[],
  }),
);
const rules = resourcesOf(synthesised, 'AWS::Events::Rule').filter(({ stack }) =>
  stack.includes('-monitoring-'),
);

describe('the dashboard of a model', () => {
  it('is one in each environment, by the name of the endpoint', () => {
    expect(dashboards.map(({ name }) => name).sort()).toEqual(
      ['dev', 'prod', 'staging'].map((name) => `acme-ml-diagnosis-${name}`),
    );
  });

  it('shows the state of every alarm that the model has there, and of no other', () => {
    for (const { stack, widgets } of dashboards) {
      const environment = stack.split('-')[2]!;
      const shown = widgets.find(({ type }) => type === 'alarm').properties.alarms as string[];
      const real = resourcesOf(synthesised, 'AWS::CloudWatch::Alarm')
        .filter((alarm) =>
          new RegExp(`-${environment}-(serving|training)-diagnosis$`).test(alarm.stack),
        )
        .map(({ Properties }) => Properties.AlarmName as string);
      expect(shown.map((arn) => arn.split(':alarm:')[1]).sort()).toEqual(real.sort());
      expect(real.length).toBeGreaterThan(4);
    }
  });

  it('draws the limits of the policies where the alarms fire', () => {
    const graph = (title: string) =>
      dashboards[0]!.widgets.find(({ properties }) => properties.title === title).properties;
    const threshold = (id: string) => alarms.find((alarm) => alarm.id === id)!.threshold;
    expect(graph('Errors').annotations.horizontal[0].value).toBe(threshold('endpoint-errors'));
    expect(graph('Latency of the model').annotations.horizontal[0].value).toBe(
      threshold('endpoint-latency'),
    );
    expect(threshold('endpoint-latency')).toBe(operationalExcellence.latencyP99.maxMicroseconds);
  });

  it('shows only metrics that SageMaker, the pipeline or our server really write', () => {
    const ours = [...servingMetrics.counts, ...servingMetrics.distributions] as string[];
    const rows = dashboardRows({ name: 'one', instanceType: 'ml.g5.xlarge', trains: true });
    const metrics = rows.flatMap(({ graphs }) => graphs.flatMap((graph) => graph.metrics));
    for (const { namespace, name, dimensions } of metrics) {
      if (namespace === servingMetrics.namespace) {
        expect(ours).toContain(name);
        expect(Object.keys(dimensions)).toEqual(servingMetrics.dimensions);
      } else {
        expect([
          'AWS/SageMaker',
          '/aws/sagemaker/Endpoints',
          'AWS/Sagemaker/ModelBuildingPipeline',
        ]).toContain(namespace);
      }
    }
    const names = metrics.map(({ name }) => name);
    for (const wanted of [
      'ModelLatency',
      'Invocation5XXErrors',
      'Invocations',
      'InvocationsPerInstance',
      'CPUUtilization',
      'MemoryUtilization',
      'GPUUtilization',
      'CacheHits',
      'ExecutionFailed',
    ])
      expect(names).toContain(wanted);
  });

  it('fits the 24 columns, every row from the left to the right edge', () => {
    for (const { widgets } of dashboards) {
      for (const y of new Set(widgets.map((widget) => widget.y))) {
        const row = widgets.filter((widget) => widget.y === y);
        expect(row.reduce((sum, { width }) => sum + width, 0)).toBe(24);
      }
    }
  });
});

describe('a notice of every significant event', () => {
  it('comes for the endpoint, the registry and, where it trains, the pipeline', () => {
    const of = (environment: string) =>
      rules
        .filter(({ stack }) => stack === `acme-ml-${environment}-monitoring-diagnosis`)
        .flatMap(({ Properties }) => Properties.EventPattern['detail-type'] as string[])
        .sort();
    const everywhere = [
      'SageMaker Endpoint Deployment State Change',
      'SageMaker Endpoint State Change',
      'SageMaker Model Package State Change',
    ];
    expect(of('prod')).toEqual(everywhere);
    expect(of('dev')).toEqual(
      [...everywhere, 'SageMaker Model Building Pipeline Execution Status Change'].sort(),
    );
  });

  it('is of one model only, and also when it healed itself: no state of an endpoint is left out', () => {
    for (const { Properties } of rules) {
      const { source, detail } = Properties.EventPattern;
      expect(source).toEqual(['aws.sagemaker']);
      expect(JSON.stringify(detail)).toContain('acme-ml-diagnosis-');
      if (detail.EndpointName) expect(Object.keys(detail)).toEqual(['EndpointName']);
    }
  });

  it('is published by a role of this account that may do nothing else', () => {
    for (const { Properties } of rules)
      for (const target of Properties.Targets) expect(target.RoleArn).toBeDefined();
    const policies = resourcesOf(synthesised, 'AWS::IAM::ManagedPolicy').filter(({ stack }) =>
      stack.includes('-monitoring-'),
    );
    expect(policies).toHaveLength(3);
    for (const { Properties } of policies)
      expect(
        Properties.PolicyDocument.Statement.flatMap(({ Action }: any) => Action).sort(),
      ).toEqual(['kms:Decrypt', 'kms:GenerateDataKey', 'sns:Publish']);
  });
});

describe('cost anomalies', () => {
  const monitors = resourcesOf(synthesised, 'AWS::CE::AnomalyMonitor');
  const subscriptions = resourcesOf(synthesised, 'AWS::CE::AnomalySubscription');

  it('are watched by a custom monitor on the project’s tag: never the one dimensional monitor of the account', () => {
    expect(monitors).toHaveLength(3);
    for (const { Properties } of monitors) {
      expect([Properties.MonitorType, Properties.MonitorDimension]).toEqual(['CUSTOM', undefined]);
      expect(JSON.parse(Properties.MonitorSpecification)).toEqual({
        Tags: { Key: 'project', Values: ['acme-ml'] },
      });
    }
  });

  it('are told at once to the topic, from a tenth of the budget', () => {
    const limit = ({ Properties }: (typeof subscriptions)[number]) =>
      JSON.parse(Properties.ThresholdExpression).Dimensions.Values[0];
    expect(subscriptions.map(limit).sort()).toEqual(['10', '400', '50']);
    for (const { Properties } of subscriptions) {
      expect([Properties.Frequency, Properties.Subscribers[0].Type]).toEqual(['IMMEDIATE', 'SNS']);
      expect(Properties.Threshold).toBeUndefined(); // deprecated
    }
  });

  it('may be published to the encrypted topic', () => {
    const policies = JSON.stringify([
      ...resourcesOf(synthesised, 'AWS::SNS::TopicPolicy'),
      ...resourcesOf(synthesised, 'AWS::KMS::Key'),
    ]);
    expect(policies.split('"costalerts.amazonaws.com"')).toHaveLength(1 + 2 * 3);
  });

  it('are watched once for an account that two environments share', async () => {
    const environments = structuredClone(example.environments) as Record<string, any>;
    environments['staging'].account = environments['dev'].account;
    const shared = await synthesiseExample({
      configuration: { ...example, environments } as never,
      releases: () => ({}),
    });
    expect(resourcesOf(shared, 'AWS::CE::AnomalyMonitor').map(({ stack }) => stack)).toEqual([
      'acme-ml-dev-cost',
      'acme-ml-prod-cost',
    ]);
  });
});
