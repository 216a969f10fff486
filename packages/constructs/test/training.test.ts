import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stepGraph } from '@wa-ml/config';
import { evaluationCommand, pipelineDefinition, type PipelineSetting } from '@wa-ml/constructs';
import { describe, expect, it } from 'vitest';
import { resourcesOf, synthesiseExample } from './generated-infra';

const setting: PipelineSetting = {
  model: 'diagnosis',
  groupName: 'acme-ml-diagnosis-dev',
  dataBucket: 'data',
  artifactBucket: 'artifacts',
  keyArn: 'arn:key',
  trainingRoleArn: 'arn:training',
  evaluationRoleArn: 'arn:evaluation',
  subnetIds: ['subnet-1'],
  securityGroupId: 'sg-1',
  training: {
    instanceType: 'ml.m5.xlarge',
    instances: 2,
    strategy: 'ddp',
    precision: 'bf16',
    hyperparameters: {},
  },
  spot: true,
  endpointInstanceTypes: ['ml.m5.large'],
  tags: { project: 'acme-ml' },
};
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
      ['Train', 'Training'],
      ['Evaluate', 'Processing'],
      ['Gate', 'Condition'],
    ]);
    expect(allSteps.map((step) => step.Name).sort()).toEqual(
      [...stepGraph.map((step) => step.name), 'Reject'].sort(),
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
    ]);
  });

  it('isolates and encrypts every job', () => {
    const training = stepNamed('Train').Arguments;
    const network = stepNamed('Evaluate').Arguments.NetworkConfig;
    for (const job of [training, network]) {
      expect(job).toMatchObject({
        EnableNetworkIsolation: true,
        EnableInterContainerTrafficEncryption: true,
      });
      expect(job.VpcConfig).toEqual({ SecurityGroupIds: ['sg-1'], Subnets: ['subnet-1'] });
    }
    expect(training.ResourceConfig.VolumeKmsKeyId).toBe('arn:key');
    expect(training.OutputDataConfig.KmsKeyId).toBe('arn:key');
  });

  it('trains on spot with checkpoints and enough patience, and on demand where told', () => {
    const spot = stepNamed('Train').Arguments;
    expect(spot.EnableManagedSpotTraining).toBe(true);
    expect(spot.StoppingCondition.MaxWaitTimeInSeconds).toBeGreaterThanOrEqual(
      spot.StoppingCondition.MaxRuntimeInSeconds,
    );
    expect(spot.CheckpointConfig.LocalPath).toBe('/opt/ml/checkpoints');
    const onDemand = (pipelineDefinition(stepGraph, { ...setting, spot: false }) as any).Steps[0]
      .Arguments;
    expect(onDemand.EnableManagedSpotTraining).toBe(false);
    expect(onDemand.StoppingCondition.MaxWaitTimeInSeconds).toBeUndefined(); // refused without spot
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

  it('passes hyperparameters as text, as SageMaker wants them', () => {
    for (const value of Object.values(stepNamed('Train').Arguments.HyperParameters))
      expect(value).toBeTypeOf('string');
  });

  it('has an evaluation command that unpacks the artifact and calls the runtime', () => {
    const folder = mkdtempSync(join(tmpdir(), 'evaluation-'));
    try {
      mkdirSync(join(folder, 'model'));
      mkdirSync(join(folder, 'bin'));
      writeFileSync(join(folder, 'model', 'schema.json'), '{}');
      execFileSync('tar', ['-czf', 'model.tar.gz', 'schema.json'], { cwd: join(folder, 'model') });
      writeFileSync(join(folder, 'bin', 'python'), '#!/bin/sh\necho "$@" "$(ls $SM_MODEL_DIR)"\n', {
        mode: 0o755,
      });
      const said = execFileSync(
        '/bin/sh',
        ['-c', evaluationCommand.replaceAll('/opt/ml/processing', folder)],
        {
          env: {
            PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
            SM_MODEL_DIR: join(folder, 'unpacked'),
          },
          encoding: 'utf8',
        },
      );
      expect(said.trim()).toBe(`-m ml_runtime evaluate --root ${folder} schema.json`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('reads a path that the runtime writes', () => {
    const evaluate = readFileSync(
      join(
        __dirname,
        '../../../templates/runtime/managed/libs/ml-runtime/src/ml_runtime/evaluation/evaluate.py',
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
