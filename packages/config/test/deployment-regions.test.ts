import { checkConfiguration, deploymentRegions, type Configuration } from '@wa-ml/config';
import { describe, expect, it } from 'vitest';

const regionsOf = (environment: object, endpoint: object) =>
  deploymentRegions(
    checkConfiguration({
      name: 'acme-ml',
      owner: 'ml@acme.example',
      environments: {
        prod: { tier: 'production', account: '333333333333', region: 'eu-west-1', ...environment },
      },
      models: { churn: { flavour: 'sklearn', endpoint } },
    } as Configuration).normalised,
    'prod',
  );

describe('the regions of an environment', () => {
  it('are its own, where nothing asks for another', () => {
    expect(regionsOf({}, { api: true })).toEqual(['eu-west-1']);
  });

  it('are its recovery region and that of CloudFront beside it', () => {
    const cloudFront = {
      domain: 'scores.acme.example',
      certificateArn: 'arn:aws:acm:us-east-1:333333333333:certificate/0a1b-2c',
    };
    const userPoolArn = 'arn:aws:cognito-idp:eu-west-1:333333333333:userpool/eu-west-1_a1';
    const api = { results: true, auth: 'cognito', userPoolArn, cloudFront };
    expect(regionsOf({ recoveryRegion: 'eu-central-1' }, { api })).toEqual([
      'eu-west-1',
      'eu-central-1',
      'us-east-1',
    ]);
  });
});
