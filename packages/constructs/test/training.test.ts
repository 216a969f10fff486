import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stepGraph } from '@wa-ml/config';
import { pipelineDefinition, type PipelineSetting } from '@wa-ml/constructs';
import { describe, expect, it } from 'vitest';
import { resourcesOf, synthesiseExample } from './generated-infra';

const setting: PipelineSetting = JSON.parse(
  readFileSync(join(__dirname, 'golden/cases.json'), 'utf8'),
)['spot-tuned'];
const definition = pipelineDefinition(stepGraph, setting) as any;
const allSteps: any[] = definition.Steps.flatMap((step: any) => [
  step,
  ...(step.Arguments.IfSteps ?? []),
  ...(step.Arguments.ElseSteps ?? []),
]);
const stepNamed = (name: string) => allSteps.find((step) => step.Name === name);

/** Every string below a key "Get". */
function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'Get' ? [inner as string] : references(inner),
  );
}

describe('the pipeline definition', () => {
  it('has the steps of the graph, each once, the registration inside the gate', () => {
    expect(definition.Version).toBe('2020-12-01');
    expect(definition.Steps.map((step: any) => [step.Name, step.Type])).toEqual([
      ['Prepare', 'Processing'],
      ['Validate', 'Processing'],
      ['Tune', 'Tuning'],
      ['Train', 'Training'],
      ['Optimise', 'Processing'],
      ['Evaluate', 'Processing'],
      ['Gate', 'Condition'],
    ]);
    expect(allSteps.map((step) => step.Name).sort()).toEqual(
      [...stepGraph.steps.map((step) => step.name), 'Reject'].sort(),
    );
    for (const step of allSteps) expect(step.Name).toMatch(/^[A-Za-z0-9\-_]{1,64}$/);
  });

  it('refers only to parameters, steps, outputs and property files that exist', () => {
    const parameters = definition.Parameters.map(
      (parameter: any) => `Parameters.${parameter.Name}`,
    );
    const found = references(definition);
    expect(found.length).toBeGreaterThan(10);
    for (const reference of found) {
      const [root, name, kind, detail] = reference.split('.');
      if (root === 'Parameters') expect(parameters).toContain(reference);
      else if (root === 'Steps') {
        const step = stepNamed(name!);
        expect(step, reference).toBeDefined();
        if (kind === 'PropertyFiles')
          expect(step.PropertyFiles.map((file: any) => file.PropertyFileName)).toContain(detail);
      } else expect(root, reference).toBe('Execution');
    }
    const [file] = stepNamed('Evaluate').PropertyFiles;
    const outputs = stepNamed('Evaluate').Arguments.ProcessingOutputConfig.Outputs.map(
      (output: any) => output.OutputName,
    );
    expect(outputs).toContain(file.OutputName);
  });

  it('asks for both images and the commit each time: no default that could be stale', () => {
    const required = definition.Parameters.filter(
      (parameter: any) => parameter.DefaultValue === undefined,
    );
    expect(required.map((parameter: any) => parameter.Name)).toEqual([
      'TrainingImage',
      'InferenceImage',
      'GitCommit',
      'DataVersion',
    ]);
  });

  it('isolates and encrypts every job', () => {
    const training = stepNamed('Train').Arguments;
    const search = stepNamed('Tune').Arguments.TrainingJobDefinition;
    const networks = ['Prepare', 'Validate', 'Optimise', 'Evaluate'].map(
      (name) => stepNamed(name).Arguments.NetworkConfig,
    );
    for (const job of [training, search, ...networks]) {
      expect(job).toMatchObject({
        EnableNetworkIsolation: true,
        EnableInterContainerTrafficEncryption: true,
      });
      expect(job.VpcConfig).toEqual({
        SecurityGroupIds: ['sg-1'],
        Subnets: ['subnet-1', 'subnet-2'],
      });
    }
    for (const job of [training, search])
      expect(job.OutputDataConfig.KmsKeyId).toBe(setting.keyArn);
    expect(training.ResourceConfig.VolumeKmsKeyId).toBe(setting.keyArn);
    expect(search.HyperParameterTuningResourceConfig.VolumeKmsKeyId).toBe(setting.keyArn);
  });

  const training = (capacity: 'spot' | 'warmPool' | 'onDemand'): any => {
    const { Steps } = pipelineDefinition(stepGraph, {
      ...setting,
      training: { ...setting.training, capacity },
    }) as any;
    return Steps.find(({ Name }: any) => Name === 'Train').Arguments;
  };
  it('trains on spot with enough patience, in a warm pool or on demand: never two of them', () => {
    const spot = training('spot');
    expect(spot.EnableManagedSpotTraining).toBe(true);
    expect(spot.StoppingCondition.MaxWaitTimeInSeconds).toBeGreaterThanOrEqual(
      spot.StoppingCondition.MaxRuntimeInSeconds,
    );
    expect(spot.ResourceConfig.KeepAlivePeriodInSeconds).toBeUndefined(); // refused with spot
    const warm = training('warmPool');
    expect(warm.ResourceConfig.KeepAlivePeriodInSeconds).toBeGreaterThan(0);
    expect(warm.ResourceConfig.KeepAlivePeriodInSeconds).toBeLessThanOrEqual(21_600);
    for (const calm of [warm, training('onDemand')]) {
      expect(calm.EnableManagedSpotTraining).toBeUndefined();
      expect(calm.StoppingCondition.MaxWaitTimeInSeconds).toBeUndefined(); // refused without spot
    }
    expect(training('onDemand').ResourceConfig.KeepAlivePeriodInSeconds).toBeUndefined();
  });

  it('keeps checkpoints by data and commit, so that a training of the same is found in the cache', () => {
    const { CheckpointConfig } = stepNamed('Train').Arguments;
    expect(CheckpointConfig.LocalPath).toBe('/opt/ml/checkpoints');
    expect(references(CheckpointConfig)).toEqual([
      'Parameters.DataVersion',
      'Parameters.GitCommit',
    ]);
  });

  it('compares by nothing that changes with each execution, where it may take a result from the cache', () => {
    const cached = allSteps.filter((step) => step.CacheConfig?.Enabled);
    expect(cached.map((step) => step.Name)).toEqual([
      ...['Prepare', 'Validate', 'Tune', 'Train', 'Optimise', 'Evaluate'],
    ]);
    for (const { Name, Arguments } of cached) {
      // Where results go is not compared (developer guide, "Default cache key attributes").
      const { ProcessingOutputConfig: _outputs, ...compared } = Arguments;
      expect(
        references(compared).filter((reference) => reference.startsWith('Execution.')),
        Name,
      ).toEqual([]);
    }
  });

  it('registers only what is better than the baseline, and only for a person to approve', () => {
    const [condition] = stepNamed('Gate').Arguments.Conditions;
    expect(condition).toMatchObject({
      Type: 'GreaterThan',
      RightValue: { Get: 'Parameters.MinimumSkill' },
    });
    expect(condition.LeftValue['Std:JsonGet'].Path).toBe('skill.value');
    expect(stepNamed('Register').Arguments.ModelApprovalStatus).toBe('PendingManualApproval');
    expect(stepNamed('Register').DependsOn).toBeUndefined();
  });

  it('judges and registers the artifact that will be served: the optimised one', () => {
    const [model] = stepNamed('Evaluate').Arguments.ProcessingInputs;
    const { ModelDataUrl } = stepNamed('Register').Arguments.InferenceSpecification.Containers[0];
    expect(model.S3Input.S3Uri).toEqual(ModelDataUrl);
    expect(references(ModelDataUrl)).toEqual([
      "Steps.Optimise.ProcessingOutputConfig.Outputs['model'].S3Output.S3Uri",
    ]);
  });

  it('passes hyperparameters as text, as SageMaker wants them', () => {
    const { HyperParameters } = stepNamed('Train').Arguments;
    expect(Object.keys(HyperParameters)).toEqual([
      ...['strategy', 'precision'],
      ...['learning_rate', 'batch_size', 'dropout'],
    ]);
    for (const value of Object.values(HyperParameters))
      if (typeof value !== 'string') expect(value).toHaveProperty('Std:Join'); // which gives text
    const search = stepNamed('Tune').Arguments.TrainingJobDefinition;
    expect(search.StaticHyperParameters).toEqual({ strategy: 'ddp', precision: 'bf16' });
  });

  it('keeps container arguments and environments within what the API takes', () => {
    for (const step of allSteps.filter(({ Type }) => Type === 'Processing')) {
      const { AppSpecification, Environment = {} } = step.Arguments;
      expect(AppSpecification.ContainerArguments.length).toBeLessThanOrEqual(100);
      for (const text of [...AppSpecification.ContainerArguments, ...Object.keys(Environment)])
        expect(text).toMatch(/^.{1,256}$/);
    }
  });

  it('reads a path that the runtime writes', () => {
    const evaluate = readFileSync(
      join(
        __dirname,
        '../../../templates/runtime/managed/libs/ml-runtime/src/ml_runtime/evaluation/judge.py',
      ),
      'utf8',
    );
    expect(evaluate).toContain('"skill"');
    expect(evaluate).toContain('evaluation.json');
  });
});

describe('the training stack', () => {
  it('has a pipeline only in the environment that trains; the others hold the registry of their copies', async () => {
    const synthesised = await synthesiseExample();
    expect(resourcesOf(synthesised, 'AWS::SageMaker::Pipeline').map(({ stack }) => stack)).toEqual([
      'acme-ml-dev-training-diagnosis',
    ]);
    expect(
      resourcesOf(synthesised, 'AWS::SageMaker::ModelPackageGroup')
        .map(({ Properties }) => Properties.ModelPackageGroupName)
        .sort(),
    ).toEqual(['acme-ml-diagnosis-dev', 'acme-ml-diagnosis-prod', 'acme-ml-diagnosis-staging']);
    const repositories = resourcesOf(synthesised, 'AWS::ECR::Repository');
    expect(repositories).toHaveLength(2 + 1 + 1);
    for (const { Properties } of repositories) {
      expect(Properties.ImageTagMutability).toBe('IMMUTABLE');
      expect(Properties.ImageScanningConfiguration).toEqual({ ScanOnPush: true });
    }
  });
});
