import type { MlRule } from '../../ml-rule';
import { numberAt, textAt } from '../../reading';

export const asynchronousWakes: MlRule = {
  id: 'asynchronous-wakes',
  policy: 'REL-4',
  resources: ['AWS::ApplicationAutoScaling::ScalableTarget'],
  what: 'An empty fleet is not started by the first request.',
  why: 'Target tracking wakes it only when the backlog exceeds the target: a step policy on HasBacklogWithoutCapacity starts the first instance.',
  check: (target) =>
    textAt(target.properties, 'ScalableDimension') !== 'sagemaker:variant:DesiredInstanceCount' ||
    numberAt(target.properties, 'MinCapacity') !== 0 ||
    target
      .inStack('AWS::CloudWatch::Alarm')
      .some(({ properties }) => textAt(properties, 'MetricName') === 'HasBacklogWithoutCapacity'),
};
