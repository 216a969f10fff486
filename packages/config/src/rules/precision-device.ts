import { emulatesBf16, gpusOf } from '../accelerators';
import { isProgram } from '../flavours';
import type { TrainingSettings } from '../normalise';
import type { Rule } from './rule';
import { writtenAt } from './written-at';

type Reason = { what: string; why: string; instead: string };

/** Number formats that the instance does not compute, or that the strategy cannot scale. */
export const precisionDevice: Rule = {
  id: 'precision-device',
  check: (configuration, written) =>
    Object.values(configuration.models)
      .filter(({ flavour }) => !isProgram(flavour)) // refused whatever it is: program-settings
      .flatMap((model) =>
        Object.entries(model.in).flatMap(([environment, { training }]) =>
          reasons(training).map((reason) => ({
            path: writtenAt(written, model.name, environment, 'training', 'precision'),
            ...reason,
          })),
        ),
      ),
};

function reasons({ precision, strategy, instanceType }: TrainingSettings): Reason[] {
  const found: Reason[] = [];
  if (precision === 'fp16' && gpusOf(instanceType) === 0) {
    found.push({
      what: `fp16 is asked for, and ${instanceType} has no GPU.`,
      why: 'Its gradients overflow without loss scaling, which needs a GPU.',
      instead: '"bf16" or "fp32"',
    });
  }
  if (precision === 'fp16' && strategy === 'fsdp') {
    found.push({
      what: 'fp16 is asked for together with strategy "fsdp".',
      why: 'Each process would see overflows in its own shard only, and scale the loss differently.',
      instead: '"bf16"',
    });
  }
  if (precision === 'bf16' && emulatesBf16(instanceType)) {
    found.push({
      what: `bf16 is asked for, and the GPU of ${instanceType} only emulates it.`,
      why: 'GPUs before Ampere compute bfloat16 slower than fp32.',
      instead: '"fp16", or an instance type such as ml.g5.xlarge',
    });
  }
  return found;
}
