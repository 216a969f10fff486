import type { MlRule } from '../../ml-rule';
import { stepsOf } from '../../pipeline-steps';
import { textAt } from '../../reading';

export const registrationWaitsForApproval: MlRule = {
  id: 'registration-waits-for-approval',
  policy: 'REL-1',
  resources: ['AWS::SageMaker::Pipeline'],
  what: 'The pipeline approves its own model.',
  why: 'A version waits as PendingManualApproval until somebody, or a later check, has looked at it.',
  check: (pipeline) =>
    stepsOf(pipeline)
      .filter(
        (step) =>
          textAt(step, 'Type') === 'RegisterModel' &&
          textAt(step, 'Arguments', 'ModelApprovalStatus') !== 'PendingManualApproval',
      )
      .map((step) => textAt(step, 'Name')),
};
