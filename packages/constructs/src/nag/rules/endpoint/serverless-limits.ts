import type { MlRule } from '../../ml-rule';
import { at, isGiven, listAt, numberAt, textAt, type Json } from '../../reading';

/** Source: ServerlessConfig in the CreateEndpointConfig API reference. */
const limits = { memoryMb: [1024, 6144], memoryStepMb: 1024, concurrency: 200 } as const;

export const serverlessLimits: MlRule = {
  id: 'serverless-limits',
  policy: 'PERF-7',
  resources: ['AWS::SageMaker::EndpointConfig'],
  what: 'SageMaker refuses this serverless endpoint when it is deployed.',
  why: 'Memory 1024 to 6144 MB in steps of 1024, up to 200 at once, one variant, no VPC, no capture, no instances.',
  check({ properties }) {
    const variants = listAt(properties, 'ProductionVariants');
    const serverless = variants.filter((variant) => isGiven(variant, 'ServerlessConfig'));
    if (serverless.length === 0) return true;
    return [
      ...(variants.length > 1 ? ['several variants'] : []),
      ...(isGiven(properties, 'VpcConfig') ? ['VpcConfig'] : []),
      ...(at(properties, 'DataCaptureConfig', 'EnableCapture') === true ? ['DataCapture'] : []),
      ...serverless.flatMap(variantProblems),
    ];
  },
};

function variantProblems(variant: Json): string[] {
  const memory = numberAt(variant, 'ServerlessConfig', 'MemorySizeInMB') ?? 0;
  const [least, most] = limits.memoryMb;
  const fits = memory >= least && memory <= most && memory % limits.memoryStepMb === 0;
  const concurrency = numberAt(variant, 'ServerlessConfig', 'MaxConcurrency') ?? 0;
  return [
    ...(fits ? [] : ['MemorySizeInMB']),
    ...(concurrency >= 1 && concurrency <= limits.concurrency ? [] : ['MaxConcurrency']),
    ...(textAt(variant, 'InstanceType') ? ['InstanceType'] : []),
  ];
}
