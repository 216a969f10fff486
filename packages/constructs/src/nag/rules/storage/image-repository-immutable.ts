import type { MlRule } from '../../ml-rule';
import { at } from '../../reading';

export const imageRepositoryImmutable: MlRule = {
  id: 'image-repository-immutable',
  policy: 'SEC-8',
  resources: ['AWS::ECR::Repository'],
  what: 'A tag of the repository can be moved to another image.',
  why: 'What was scanned and approved under a tag is then not what is pulled by it.',
  check: ({ properties }) => at(properties, 'ImageTagMutability') === 'IMMUTABLE',
};
