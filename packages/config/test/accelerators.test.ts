import { TrainingInstanceType } from '@aws-sdk/client-sagemaker';
import {
  emulatesBf16,
  endedFamilies,
  gpuFamilies,
  gpusOf,
  instanceFamily,
  neuronFamilies,
} from '@wa-ml/config';
import { describe, expect, it } from 'vitest';

/** Types that a training job may have, of families with accelerators that new work may start on. */
const accelerated = Object.values(TrainingInstanceType).filter((type) => {
  const family = instanceFamily(type)!;
  return /^(g|p|trn|inf)\d/.test(family) && !Object.hasOwn(endedFamilies, family);
});

describe('the table of accelerators', () => {
  it('knows every family that SageMaker trains on, and no other', () => {
    const families = [...new Set(accelerated.map((type) => instanceFamily(type)!))];
    const ours = [...Object.keys(gpuFamilies), ...neuronFamilies.filter((name) => name !== 'inf2')];
    expect(families.sort()).toEqual(ours.sort()); // inf2 only serves
  });

  it('names no size that SageMaker does not have', () => {
    const named = Object.entries(gpuFamilies).flatMap(([family, { sizes = {} }]) =>
      Object.keys(sizes).map((size) => `ml.${family}.${size}`),
    );
    expect(named.filter((type) => !(accelerated as string[]).includes(type))).toEqual([]);
  });

  it.each([
    ['ml.g4dn.16xlarge', 1],
    ['ml.g5.12xlarge', 4],
    ['ml.g6e.48xlarge', 8],
    ['ml.g7e.12xlarge', 2],
    ['ml.g7.24xlarge', 4],
    ['ml.p5.4xlarge', 1],
    ['ml.p5.48xlarge', 8],
    ['ml.p6-b300.48xlarge', 8],
    ['ml.p6e-gb200.36xlarge', 4],
    ['ml.trn1.32xlarge', 0],
    ['ml.m5.xlarge', 0],
  ])('says how many GPUs %s has: %i', (type, gpus) => {
    expect(gpusOf(type)).toBe(gpus);
  });

  it('says that a T4 only emulates bfloat16', () => {
    expect(accelerated.filter(emulatesBf16).map(instanceFamily)).toEqual(Array(6).fill('g4dn'));
  });
});
