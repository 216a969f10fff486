import { captures } from '../../endpoint-variants';
import type { MlRule } from '../../ml-rule';
import { isGiven, tagsOf } from '../../reading';

/** Its value: the personal columns, separated by spaces, or `none`. */
const tag = 'personal-data';

export const captureNamesPersonalData: MlRule = {
  id: 'capture-names-personal-data',
  policy: 'SEC-10',
  resources: ['AWS::SageMaker::EndpointConfig'],
  what: `Requests are captured, and the tag "${tag}" does not say which columns are personal (or "none").`,
  why: "SageMaker's own capture writes whole bodies: personal columns would lie in the bucket, unnamed and undropped.",
  check: (config) => !captures(config) || isGiven(tagsOf(config.properties), tag),
};
