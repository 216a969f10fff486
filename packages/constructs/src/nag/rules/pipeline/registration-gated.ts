import type { MlRule } from '../../ml-rule';
import { stepsOf } from '../../pipeline-steps';
import { listAt, textAt } from '../../reading';

export const registrationGated: MlRule = {
  id: 'registration-gated',
  policy: 'PERF-4',
  resources: ['AWS::SageMaker::Pipeline'],
  what: 'Every model that was trained is registered, good or bad.',
  why: 'Registration belongs into the branch of a condition: a model below the gate never reaches the registry.',
  check: (pipeline) => {
    const outside = listAt(pipeline.pipelineDefinition, 'Steps').filter(
      (step) => textAt(step, 'Type') === 'RegisterModel',
    );
    const conditions = stepsOf(pipeline).filter((step) => textAt(step, 'Type') === 'Condition');
    const guarded = new Set(conditions.map((step) => textAt(step, 'Name')));
    return outside
      .filter((step) => !listAt(step, 'DependsOn').some((name) => guarded.has(String(name))))
      .map((step) => textAt(step, 'Name'));
  },
};
