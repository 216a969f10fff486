import { pipelineContainers } from '../endpoint-settings';
import type { EndpointSettings } from '../normalise';
import { everyEndpoint } from './every-endpoint';
import type { Rule } from './rule';

interface Wrong {
  readonly field: string;
  readonly what: string;
  readonly why: string;
  readonly instead: string;
}

/** Sizes that SageMaker or Application Auto Scaling refuses when they are deployed. */
export const endpointSizes: Rule = {
  id: 'endpoint-sizes',
  check: (configuration, written) =>
    everyEndpoint(configuration, written, ({ environment, endpoint, at }) =>
      [
        ...emptyFleet(endpoint),
        ...coldCapacity(endpoint),
        ...containers(endpoint),
        ...schedules(endpoint),
      ].map(({ field, what, why, instead }) => ({
        path: at(field),
        what: `in "${environment.name}" ${what}`,
        why,
        instead,
      })),
    ),
};

function emptyFleet({ type, min, serverless }: EndpointSettings): Wrong[] {
  return min > 0 || type === 'asynchronous' || serverless
    ? []
    : [
        {
          field: 'min',
          what: `the type ${type} would have no instance.`,
          why: 'Only an asynchronous endpoint can scale to 0: its queue keeps the requests until an instance is there.',
          instead: '1 or more, or "type": "asynchronous" or "serverless"',
        },
      ];
}

function coldCapacity({ serverless }: EndpointSettings): Wrong[] {
  const { provisionedConcurrency: warm = 0, maxConcurrency = 0 } = serverless ?? {};
  return warm <= maxConcurrency
    ? []
    : [
        {
          field: 'provisionedConcurrency',
          what: `${warm} requests are kept warm and ${maxConcurrency} answered at once.`,
          why: 'SageMaker refuses a ProvisionedConcurrency above MaxConcurrency.',
          instead: `${maxConcurrency} or less`,
        },
      ];
}

function containers({ containers: names }: EndpointSettings): Wrong[] {
  const { min, max } = pipelineContainers;
  if (names === undefined) return [];
  if (names.length < min) {
    return [
      {
        field: 'containers',
        what: 'the inference pipeline names no containers.',
        why: `SageMaker wants ${min} to ${max} containers, each with a host name of its own.`,
        instead: '["preprocess", "model"], as the model package has them',
      },
    ];
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined
    ? []
    : [
        {
          field: 'containers',
          what: `two containers are called "${twice}".`,
          why: 'SageMaker wants a ContainerHostname of its own for each container.',
          instead: 'another name',
        },
      ];
}

function schedules({ type, scheduledScaling }: EndpointSettings): Wrong[] {
  return scheduledScaling
    .filter(({ min, max }) => max < min || (min === 0 && type !== 'asynchronous'))
    .map(({ at, min, max }) => ({
      field: 'scheduledScaling',
      what: `from ${at} on the fleet would have ${min} to ${max} instances.`,
      why: 'Application Auto Scaling refuses a most below the fewest, and only an asynchronous endpoint can have none.',
      instead: `"min" of 1 or more and "max" of ${Math.max(min, 1)} or more`,
    }));
}
