import { InputError } from '@wa-ml/config';

/** vCPUs by instance size; the same in all families of two threads or one core for each vCPU. Source: EC2 instance types. */
const bySize: Readonly<Record<string, number>> = { medium: 2, large: 2, xlarge: 4 };
/** c7g, m7g and their like have one vCPU in the size medium. */
const graviton = /^ml\.[a-z]\dg/;

/** Number of vCPUs of a SageMaker instance type, e.g. 4 for `ml.m5.xlarge`, 16 for `ml.g5.4xlarge`. */
export function virtualCpus(instanceType: string): number {
  const size = instanceType.split('.')[2] ?? '';
  if (size === 'medium' && graviton.test(instanceType)) return 1;
  const times = /^(\d+)xlarge$/.exec(size)?.[1];
  const count = times ? 4 * Number(times) : bySize[size];
  if (count === undefined) {
    throw new InputError({
      code: 'INSTANCE_SIZE_UNKNOWN',
      what: `The number of vCPUs of ${instanceType} is not known.`,
      why: 'SageMaker reports CPU use from 0 to 100 % for every vCPU, so the scaling thresholds (80 and 50 %) depend on it.',
      next: 'Choose a size medium, large, xlarge or <n>xlarge.',
    });
  }
  return count;
}
