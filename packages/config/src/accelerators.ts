import { instanceFamily } from './instances';

/** How many GPUs the sizes of a family have; a size that is not listed has as many as `others` says. */
interface GpuFamily {
  readonly others: number;
  readonly sizes?: Readonly<Record<string, number>>;
  /** Whether the GPU computes bfloat16 itself: those before Ampere emulate it, slower than fp32. */
  readonly bf16: boolean;
}

const fourOrEight = { '12xlarge': 4, '24xlarge': 4, '48xlarge': 8 };

/**
 * NVIDIA GPUs of SageMaker's training instances.
 * Source: Amazon EC2 accelerated computing instance types, as of 2026-11.
 */
export const gpuFamilies: Readonly<Record<string, GpuFamily>> = {
  g4dn: { others: 1, sizes: { '12xlarge': 4, metal: 8 }, bf16: false },
  g5: { others: 1, sizes: fourOrEight, bf16: true },
  g6: { others: 1, sizes: fourOrEight, bf16: true },
  g6e: { others: 1, sizes: fourOrEight, bf16: true },
  p4d: { others: 8, bf16: true },
  p4de: { others: 8, bf16: true },
  p5: { others: 8, sizes: { '4xlarge': 1 }, bf16: true },
  p5e: { others: 8, bf16: true },
  p5en: { others: 8, bf16: true },
  'p6-b200': { others: 8, bf16: true },
  'p6e-gb200': { others: 4, bf16: true },
};

/** Families with AWS's own accelerators, which PyTorch's CUDA and CPU paths do not use. */
export const neuronFamilies: readonly string[] = ['trn1', 'trn1n', 'trn2', 'inf2'];

function gpuFamily(instanceType: string): GpuFamily | undefined {
  const family = instanceFamily(instanceType);
  return family !== undefined && Object.hasOwn(gpuFamilies, family)
    ? gpuFamilies[family]
    : undefined;
}

/** GPUs of an instance; 0 for a CPU instance, and for a family that the table does not know. */
export function gpusOf(instanceType: string): number {
  const family = gpuFamily(instanceType);
  const size = instanceType.split('.').at(-1)!;
  if (!family) return 0;
  return family.sizes && Object.hasOwn(family.sizes, size) ? family.sizes[size]! : family.others;
}

/** Whether its GPU computes bfloat16 by emulation only; CPUs compute it natively or well enough. */
export function emulatesBf16(instanceType: string): boolean {
  return gpuFamily(instanceType)?.bf16 === false;
}

/** Processes that a training job has on all its hosts: one for each GPU, or one for each CPU host. */
export function trainingProcesses(training: {
  readonly instanceType: string;
  readonly instances: number;
}): number {
  return training.instances * Math.max(1, gpusOf(training.instanceType));
}
