import type { MlRule } from '../../ml-rule';
import { at } from '../../reading';

export const imageRepositoryScanned: MlRule = {
  id: 'image-repository-scanned',
  policy: 'SEC-8',
  resources: ['AWS::ECR::Repository'],
  what: 'Nobody looks for known vulnerabilities in the images.',
  why: 'Scan on push tells before an image is deployed.',
  check: ({ properties }) => at(properties, 'ImageScanningConfiguration', 'ScanOnPush') === true,
};
