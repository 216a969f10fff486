import type { MlRule } from '../../ml-rule';
import { listAt, textAt } from '../../reading';

export const stoppedEndpointSilent: MlRule = {
  id: 'stopped-endpoint-silent',
  policy: 'COST-5',
  resources: ['AWS::SageMaker::Endpoint'],
  what: 'An alarm stays when the endpoint is taken away for the night.',
  why: 'One that takes silence for an outage wakes somebody every evening: it needs the condition of the endpoint.',
  check(endpoint) {
    const name = textAt(endpoint.properties, 'EndpointName');
    if (endpoint.condition === undefined || name === '') return true;
    return endpoint
      .inStack('AWS::CloudWatch::Alarm')
      .filter(
        ({ properties, condition }) =>
          condition !== endpoint.condition &&
          listAt(properties, 'Dimensions').some(
            (dimension) =>
              textAt(dimension, 'Name') === 'EndpointName' && textAt(dimension, 'Value') === name,
          ),
      )
      .map(({ logicalId }) => logicalId);
  },
};
