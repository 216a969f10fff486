import type { MlRule } from '../../ml-rule';
import { at, isGiven, listAt, textAt } from '../../reading';

export const modelImageByDigest: MlRule = {
  id: 'model-image-by-digest',
  policy: 'SEC-8',
  resources: ['AWS::SageMaker::Model'],
  what: 'The serving image is named by a tag.',
  why: 'A tag can be moved: what was tested is then not what starts when the fleet grows. A model package or a digest cannot.',
  check({ properties }) {
    const primary = at(properties, 'PrimaryContainer');
    const containers = [
      ...(primary === undefined ? [] : [primary]),
      ...listAt(properties, 'Containers'),
    ];
    return containers
      .filter(
        (container) =>
          isGiven(container, 'Image') && !textAt(container, 'Image').includes('@sha256:'),
      )
      .map((container) => textAt(container, 'Image'));
  },
};
