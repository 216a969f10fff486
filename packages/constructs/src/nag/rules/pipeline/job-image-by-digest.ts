import type { MlRule } from '../../ml-rule';
import { isPipelineVariable, namesOf, processingJobs, trainingJobs } from '../../pipeline-steps';
import { at, textAt, type Json } from '../../reading';

/** A variable is named by whoever starts the execution, which CD does by digest. */
const isByTag = (request: Json, path: readonly string[]): boolean =>
  !isPipelineVariable(at(request, ...path)) && !textAt(request, ...path).includes('@sha256:');

export const jobImageByDigest: MlRule = {
  id: 'job-image-by-digest',
  policy: 'SEC-8',
  resources: ['AWS::SageMaker::Pipeline'],
  what: 'The image of a job is named by a tag.',
  why: 'A tag can be moved: nobody can say afterwards which code has trained the model.',
  check: (pipeline) => [
    ...namesOf(trainingJobs(pipeline), ({ request }) =>
      isByTag(request, ['AlgorithmSpecification', 'TrainingImage']),
    ),
    ...namesOf(processingJobs(pipeline), ({ request }) =>
      isByTag(request, ['AppSpecification', 'ImageUri']),
    ),
  ],
};
