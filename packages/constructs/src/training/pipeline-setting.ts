import type {
  JobStep,
  StepInput,
  StepOption,
  TrainingSettings,
  TuningSettings,
} from '@wa-ml/config';

/** The duties of a pipeline's jobs; each has a role of its own (SEC-4). */
export type JobDuty = 'prepare' | 'train' | 'optimise' | 'evaluate';

/** What the steps of a pipeline need to know about the account they run in. Strings may be CDK tokens. */
export interface PipelineSetting {
  readonly model: string;
  readonly groupName: string;
  readonly dataBucket: string;
  readonly artifactBucket: string;
  readonly keyArn: string;
  /** ARNs by duty. */
  readonly roles: Readonly<Record<JobDuty, string>>;
  readonly subnetIds: readonly string[];
  readonly securityGroupId: string;
  readonly training: TrainingSettings;
  /** Needed where the options have `tuning`. */
  readonly tuning?: TuningSettings;
  /** The dataset that the data pipeline brings; absent: the raw data is put into the bucket by hand. */
  readonly dataset?: string;
  /** What the model has configured: steps and inputs that need more are left out. */
  readonly options: readonly StepOption[];
  /** Instance types that the model's endpoints use, for the registry. */
  readonly endpointInstanceTypes: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

export type Json = { readonly [key: string]: unknown };

export const get = (path: string): Json => ({ Get: path });
export const join = (on: string, ...values: readonly unknown[]): Json => ({
  'Std:Join': { On: on, Values: values },
});
export const execution = get('Execution.PipelineExecutionId');

/** The duty of each kind of step: who may see the raw data, and who may write an artifact. */
const dutyOf: Readonly<Record<JobStep['kind'], JobDuty>> = {
  validate: 'evaluate',
  prepare: 'prepare',
  tune: 'train',
  train: 'train',
  optimise: 'optimise',
  evaluate: 'evaluate',
  bias: 'evaluate',
  explain: 'evaluate',
  baseline: 'evaluate',
};
export const roleOf = (step: JobStep, setting: PipelineSetting): string =>
  setting.roles[dutyOf[step.kind]];

export const tagList = (tags: Readonly<Record<string, string>>): readonly Json[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

export const vpcConfig = (setting: PipelineSetting): Json => ({
  SecurityGroupIds: [setting.securityGroupId],
  Subnets: setting.subnetIds,
});

/** S3 URI of what a step reads. `steps`: the graph's, among which the writer is. */
export function inputUri(
  input: StepInput,
  steps: readonly { readonly name: string; readonly kind: string }[],
  setting: PipelineSetting,
): unknown {
  if (!('step' in input) && setting.dataset !== undefined)
    return join('', `s3://${setting.dataBucket}/curated/${setting.dataset}/_versions/`, get('Parameters.DataVersion'), '.manifest'); // prettier-ignore
  if (!('step' in input))
    return join(
      '/',
      `s3://${setting.dataBucket}/${setting.model}/raw`,
      get('Parameters.DataVersion'),
    );
  const writer = steps.find(({ name }) => name === input.step)!;
  if (writer.kind === 'train') return get(`Steps.${writer.name}.ModelArtifacts.S3ModelArtifacts`);
  const folder = get(
    `Steps.${writer.name}.ProcessingOutputConfig.Outputs['${input.output}'].S3Output.S3Uri`,
  );
  return input.artifact ? join('/', folder, 'model.tar.gz') : folder;
}
