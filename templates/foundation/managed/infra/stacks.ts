import { InputError, runsDataPipeline, type NormalisedConfiguration } from '@wa-ml/config';
import { checkCompliance, releaseOf } from '@wa-ml/constructs';
import type { App } from 'aws-cdk-lib';
import { CostStack } from './cost-stack';
import { customise } from './customise';
import { DataStack } from './data-stack';
import { FoundationStack } from './foundation-stack';
import { addFrontDoor, addGatewayLogRole } from './front-door-stack';
import { ServingStack } from './serving-stack';
import { TrainingStack } from './training-stack';

/**
 * Adds the stacks of one environment, in the order in which they are deployed.
 * @param releases the contents of releases/<environment>.json
 * @param measured by model, the contents of releases/measured/<model>.json: what load tests found
 * @param contracts by model, the contents of releases/contracts/<model>.json: its OpenAPI document
 * @throws InputError for an environment that wa-ml.json does not have
 */
export function addStacks(
  app: App,
  configuration: NormalisedConfiguration,
  environmentName: string,
  releases: unknown,
  measured: Readonly<Record<string, unknown>> = {},
  contracts: Readonly<Record<string, unknown>> = {},
): void {
  const environment = configuration.environments[environmentName];
  if (!environment) {
    const known = Object.keys(configuration.environments);
    throw new InputError({
      code: 'ENVIRONMENT_UNKNOWN',
      what: `There is no environment "${environmentName}".`,
      why: `wa-ml.json has ${known.join(', ')}.`,
      next: `Write -c environment=${known[0]}.`,
    });
  }
  const subject = { configuration, environment };
  checkCompliance(app, configuration.compliance);

  const base = new FoundationStack(app, subject);
  customise(base);
  addGatewayLogRole(app, subject).forEach(customise);
  for (const model of Object.keys(configuration.models)) {
    const training = new TrainingStack(app, { ...subject, model }, base.foundation);
    customise(training);
    const release = releaseOf(releases, environment, model, measured[model]);
    const serving = new ServingStack(app, { ...subject, model }, base.foundation, training.registry, release);
    customise(serving);
    addFrontDoor(app, { ...subject, model }, base.foundation, serving, release, contracts[model]).forEach(customise);
  }
  if (runsDataPipeline(configuration, environmentName)) customise(new DataStack(app, subject, base.foundation));
  customise(new CostStack(app, subject, base.foundation));
}
