import type { MlRule } from '../../ml-rule';
import { isGiven, listAt, textAt } from '../../reading';
import { pipelineContainers } from '@wa-ml/config';

export const inferencePipelineLimits: MlRule = {
  id: 'inference-pipeline-limits',
  policy: 'PERF-7',
  resources: ['AWS::SageMaker::Model'],
  what: 'SageMaker refuses this inference pipeline when it is deployed.',
  why: 'Two to fifteen containers, each with a host name of its own, and no primary container beside them.',
  check({ properties }) {
    const containers = listAt(properties, 'Containers');
    // One entry is a model package, which may have several.
    if (containers.length < 2) return true;
    const names = containers.map((container) => textAt(container, 'ContainerHostname'));
    return [
      ...(containers.length > pipelineContainers.max ? ['Containers'] : []),
      ...(names.includes('') || new Set(names).size < names.length ? ['ContainerHostname'] : []),
      ...(isGiven(properties, 'PrimaryContainer') ? ['PrimaryContainer'] : []),
    ];
  },
};
