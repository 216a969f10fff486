import { endpointTraits } from '../endpoint-types';
import { neuronFamilies } from '../accelerators';
import { instanceFamily } from '../instances';
import { everyEndpoint } from './every-endpoint';
import type { Rule } from './rule';

/** Families whose CPU time is credited: Application Auto Scaling takes none of them. */
const burstable = ['t2', 't3'];

/** Instance families that cannot do what the type of the endpoint needs. */
export const hostingInstances: Rule = {
  id: 'hosting-instances',
  check: (configuration, written) =>
    everyEndpoint(configuration, written, ({ environment, endpoint, at }) => {
      const { type, instanceType } = endpoint;
      const family = instanceFamily(instanceType) ?? '';
      const { hasInstances, isEndpoint } = endpointTraits[type];
      if (!hasInstances) return [];
      const problem = (why: string, instead: string) => [
        {
          path: at('instanceType'),
          what: `in "${environment.name}" the type ${type} would run on ${instanceType}.`,
          why,
          instead,
        },
      ];
      if (isEndpoint && burstable.includes(family)) {
        return problem(
          'Automatic scaling (REL-4) is not available on burstable instances: they lend CPU time instead.',
          'ml.m5.large or ml.c5.large',
        );
      }
      if (type === 'multiModel' && neuronFamilies.includes(family)) {
        return problem(
          'Multi-model endpoints run on CPU and NVIDIA GPU instances; models for Neuron cores are compiled for one endpoint.',
          'ml.m5.xlarge or ml.g5.xlarge',
        );
      }
      return [];
    }),
};
