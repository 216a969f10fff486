import { regimes, type Configuration } from '@wa-ml/config';
import { everyPair, everyRelease } from './every-pair';
import { exampleWithData, releaseIn } from './generated-infra';

const pool = 'arn:aws:cognito-idp:eu-west-1:111111111111:userpool/eu-west-1_AbCdEf123';
const fronted = { flavour: 'pytorch-tabular' as const };
/** What the stacks can hold: endpoints of every type, APIs, notebooks, a data pipeline, every regime. */
export const everything: Configuration = {
  ...exampleWithData,
  compliance: [...regimes],
  environments: {
    ...exampleWithData.environments,
    dev: {
      ...exampleWithData.environments['dev']!,
      notebooks: { users: { ada: 'scientist', grace: 'engineer', emmy: 'reviewer' } },
    },
  },
  models: {
    ...everyPair.models,
    churn: exampleWithData.models['churn']!,
    signed: { ...fronted, endpoint: { api: { results: true, quota: 1000 } } },
    edge: {
      ...fronted,
      endpoint: {
        api: {
          auth: 'cognito',
          userPoolArn: pool,
          results: true,
          corsOrigins: ['https://app.acme.example'],
          cloudFront: {
            domain: 'api.acme.example',
            certificateArn: `arn:aws:acm:us-east-1:111111111111:certificate/${'a'.repeat(36)}`,
          },
        },
      },
    },
    expensive: { ...fronted, training: { capacity: 'onDemand' } },
  },
};

/** A release of each of its models. */
export const releasesOfEverything = (environment: string): object => ({
  ...everyRelease(environment),
  ...Object.assign({}, ...['churn', 'signed', 'edge'].map((name) => releaseIn(environment, name))),
});
