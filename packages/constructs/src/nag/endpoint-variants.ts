import type { CheckedResource } from './checked-resource';
import { at, isGiven, listAt, type Json } from './reading';

/** Variants of an endpoint configuration that run on instances; not the serverless ones. */
export function instanceVariants({ properties }: CheckedResource): readonly Json[] {
  return [
    ...listAt(properties, 'ProductionVariants'),
    ...listAt(properties, 'ShadowProductionVariants'),
  ].filter((variant) => isGiven(variant, 'InstanceType'));
}

/** Whether SageMaker's own data capture is on. */
export function captures({ properties }: CheckedResource): boolean {
  return at(properties, 'DataCaptureConfig', 'EnableCapture') === true;
}
