import { instanceFamily } from './instances';

/** How many GPUs the sizes of a family have; a size that is not listed has as many as `others` says. */
interface GpuFamily {
  readonly others: number;
  readonly sizes?: Readonly<Record<string, number>>;
  /** Whether the GPU computes bfloat16 itself: those before Ampere emulate it, slower than fp32. */
  readonly bf16: boolean;
}

const fourOrEight = { '12xlarge': 4, '24xlarge': 4, '48xlarge': 8 };
const twoToEight = { '12xlarge': 2, '24xlarge': 4, '48xlarge': 8 };

/**
 * NVIDIA GPUs of SageMaker's training instances.
 * Source: families and sizes are TrainingInstanceType of the SageMaker API (@aws-sdk/client-sagemaker 3.1142.0; a test
 * compares the two). GPUs of each size: "Specifications for Amazon EC2 accelerated computing instances" of the EC2
 * instance types guide, and for g4dn, g5 and g6 also "Run GPU jobs" of the AWS Batch guide.
 * bfloat16: NVIDIA's compute capability 8.0 (Ampere) and above has it; the T4 of g4dn has 7.5.
 */
export const gpuFamilies: Readonly<Record<string, GpuFamily>> = {
  g4dn: { others: 1, sizes: { '12xlarge': 4 }, bf16: false }, // T4
  g5: { others: 1, sizes: fourOrEight, bf16: true }, // A10G
  g6: { others: 1, sizes: fourOrEight, bf16: true }, // L4
  g6e: { others: 1, sizes: fourOrEight, bf16: true }, // L40S
  g7: { others: 1, sizes: twoToEight, bf16: true }, // RTX PRO 4500
  g7e: { others: 1, sizes: twoToEight, bf16: true }, // RTX PRO 6000
  p4d: { others: 8, bf16: true }, // A100
  p4de: { others: 8, bf16: true }, // A100
  p5: { others: 8, sizes: { '4xlarge': 1 }, bf16: true }, // H100
  p5e: { others: 8, bf16: true }, // H200
  p5en: { others: 8, bf16: true }, // H200
  'p6-b200': { others: 8, bf16: true },
  'p6-b300': { others: 8, bf16: true },
  'p6e-gb200': { others: 4, bf16: true }, // two superchips of two GPUs
};

/**
 * Families with AWS's own accelerators, which PyTorch's CUDA and CPU paths do not use.
 * Source: TrainingInstanceType and ProductionVariantInstanceType of the SageMaker API.
 */
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
