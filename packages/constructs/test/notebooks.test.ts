import { regimes } from '@wa-ml/config';
import { formatFindings } from '@wa-ml/constructs';
import { describe, expect, it } from 'vitest';
import { example, resourcesOf, synthesiseExample } from './generated-infra';

const { dev, ...others } = example.environments;
const withUsers = (
  users: Record<string, 'scientist' | 'engineer' | 'reviewer'>,
  more: object = {},
) =>
  synthesiseExample({
    configuration: {
      ...example,
      compliance: [...regimes],
      environments: { dev: { ...dev!, notebooks: { users, ...more } }, ...others },
    },
    environments: ['dev'],
  });
const synthesised = await withUsers({ ada: 'scientist', grace: 'engineer', tim: 'reviewer' });
const [domain] = resourcesOf(synthesised, 'AWS::SageMaker::Domain');
const list = (value: unknown): any[] => (Array.isArray(value) ? value : [value]);
const statementsOf = (persona: string): any[] =>
  resourcesOf(synthesised, 'AWS::IAM::ManagedPolicy')
    .filter(({ id }) => id.startsWith(`Notebooks${persona}`))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
const actionsOf = (persona: string): string[] =>
  statementsOf(persona).flatMap(({ Action }) => list(Action));

describe('notebooks', () => {
  it('pass every pack', () => {
    const errors = synthesised.findings.filter(({ severity }) => severity === 'error');
    expect(errors, formatFindings(errors)).toEqual([]);
  });

  it('are not there unless somebody is named', async () => {
    expect(resourcesOf(await synthesiseExample(), 'AWS::SageMaker::Domain')).toEqual([]);
    const nobody = await withUsers({});
    expect(resourcesOf(nobody, 'AWS::SageMaker::Domain')).toHaveLength(1);
    expect(resourcesOf(nobody, 'AWS::SageMaker::UserProfile')).toEqual([]);
  });

  it('stop after an hour without work, and nobody can choose a longer time', async () => {
    for (const app of ['JupyterLabAppSettings', 'CodeEditorAppSettings'])
      expect(
        domain!.Properties.DefaultUserSettings[app].AppLifecycleManagement.IdleSettings,
      ).toEqual({
        LifecycleManagement: 'ENABLED',
        IdleTimeoutInMinutes: 60,
        MinIdleTimeoutInMinutes: 60,
        MaxIdleTimeoutInMinutes: 60,
      });
    const longer = await withUsers({ ada: 'scientist' }, { idleMinutes: 240 });
    expect(
      resourcesOf(longer, 'AWS::SageMaker::Domain')[0]!.Properties.DefaultUserSettings
        .JupyterLabAppSettings.AppLifecycleManagement.IdleSettings.MaxIdleTimeoutInMinutes,
    ).toBe(240);
  });

  it('are in the private network, encrypted, and reach what Studio needs without the internet', () => {
    expect(domain!.Properties.AppNetworkAccessType).toBe('VpcOnly');
    expect(domain!.Properties.KmsKeyId).toBeTypeOf('object');
    const services = resourcesOf(synthesised, 'AWS::EC2::VPCEndpoint').map(({ Properties }) =>
      JSON.stringify(Properties.ServiceName),
    );
    for (const name of ['sagemaker.api', 'sagemaker.runtime', 'studio', 'sts', 'logs'])
      expect(
        services.some((service) => service.includes(name)),
        name,
      ).toBe(true);
  });

  it('give each persona what it does: only scientists read the data, only reviewers train nothing', () => {
    const reads = (persona: string, what: string) =>
      JSON.stringify(statementsOf(persona)).includes(what);
    expect(['scientist', 'engineer', 'reviewer'].map((one) => reads(one, 'StorageData'))).toEqual([
      true,
      false,
      false,
    ]);
    expect(
      ['scientist', 'engineer', 'reviewer'].map((one) =>
        actionsOf(one).includes('sagemaker:StartPipelineExecution'),
      ),
    ).toEqual([true, true, false]);
    for (const persona of ['scientist', 'engineer', 'reviewer'])
      for (const action of actionsOf(persona))
        expect(action).not.toMatch(/s3:Put|s3:Delete|iam:|CreateTrainingJob|CreateEndpoint/);
  });

  it('start on the instance types that were agreed on, in spaces of one’s own', () => {
    const create = statementsOf('scientist').find(({ Action }) =>
      list(Action).includes('sagemaker:CreateApp'),
    );
    expect(create.Condition['ForAllValues:StringEquals']).toEqual({
      'sagemaker:InstanceTypes': ['system', 'ml.t3.medium'],
    });
    expect(create.Condition.ArnLike['sagemaker:OwnerUserProfileArn']).toContain(
      '${sagemaker:UserProfileName}',
    );
  });

  it('name a profile for each person, with the role of the persona', () => {
    const profiles = resourcesOf(synthesised, 'AWS::SageMaker::UserProfile').map(
      ({ Properties }) => [
        Properties.UserProfileName,
        JSON.stringify(Properties.UserSettings.ExecutionRole),
      ],
    );
    expect(profiles.map(([name]) => name)).toEqual(['ada', 'grace', 'tim']);
    for (const [index, persona] of ['scientist', 'engineer', 'reviewer'].entries())
      expect(profiles[index]![1]).toContain(`Notebooks${persona}`);
  });
});
