import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { servingMetrics, stepGraph } from '@wa-ml/config';
import { pipelineDefinition, type PipelineSetting } from '@wa-ml/constructs';
import { describe, expect, it } from 'vitest';
import { example, releaseIn, resourcesOf, synthesiseExample } from './generated-infra';

const golden = join(__dirname, 'golden');
const cases = JSON.parse(readFileSync(join(golden, 'cases.json'), 'utf8'));
const setting: PipelineSetting = {
  ...cases['spot-tuned'],
  ...cases['on-demand'],
  options: ['data', 'program'],
};
const definition = pipelineDefinition(stepGraph, setting) as any;
const stepNamed = (name: string): any => definition.Steps.find(({ Name }: any) => Name === name);
const registration = stepNamed('Gate').Arguments.IfSteps[0];
const trainedModel = { Get: 'Steps.Train.ModelArtifacts.S3ModelArtifacts' };

describe("the pipeline of a model that people's own program trains", () => {
  it('judges and registers what it trained, without the steps that need ONNX', () => {
    expect(definition.Steps.map(({ Name }: any) => Name)).toEqual(['Prepare', 'Validate', 'Train', 'Evaluate', 'Gate']); // prettier-ignore
    expect(stepNamed('Evaluate').DependsOn).toEqual(['Train']);
    expect(stepNamed('Evaluate').Arguments.ProcessingInputs[0].S3Input.S3Uri).toEqual(trainedModel);
    const [container] = registration.Arguments.InferenceSpecification.Containers;
    expect(container.ModelDataUrl).toEqual(trainedModel);
  });

  it('starts its image as it is, and tells it nothing that only our loop understands', () => {
    const { AlgorithmSpecification, HyperParameters } = stepNamed('Train').Arguments;
    expect(AlgorithmSpecification).not.toHaveProperty('ContainerEntrypoint');
    expect(HyperParameters).toEqual({});
  });

  it('registers it for JSON alone', () => {
    const { SupportedContentTypes } = registration.Arguments.InferenceSpecification;
    expect(SupportedContentTypes).toEqual(['application/json']);
  });

  it("fits the API's own model, job by job", () => {
    const python = join(__dirname, '../../../.venv/bin/python');
    const input = JSON.stringify(definition);
    const said = execFileSync(python, [join(golden, 'api_model.py')], { input, encoding: 'utf8' });
    expect(JSON.parse(said).problems).toEqual([]);
  });
});

describe("the stacks of a model with people's own containers", async () => {
  const synthesised = await synthesiseExample({
    configuration: { ...example, models: { diagnosis: { flavour: 'custom' } } },
    releases: (environment) => releaseIn(environment),
    app: { builtinCloudFormationValidation: true },
  });

  it('are synthesised in every environment without a finding', () => {
    expect(synthesised.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    for (const environment of ['dev', 'staging', 'prod'])
      expect(synthesised.stacks).toContain(`acme-ml-${environment}-serving-diagnosis`);
  });

  it('tell its container nothing of our server, and show no metrics of it', () => {
    const models = resourcesOf(synthesised, 'AWS::SageMaker::Model');
    expect(models.length).toBeGreaterThan(0);
    expect(JSON.stringify(models)).not.toContain('ML_RUNTIME_');
    const dashboards = resourcesOf(synthesised, 'AWS::CloudWatch::Dashboard');
    expect(dashboards.length).toBeGreaterThan(0);
    expect(JSON.stringify(dashboards)).toContain('ModelLatency');
    expect(JSON.stringify(dashboards)).not.toContain(servingMetrics.namespace);
  });
});
