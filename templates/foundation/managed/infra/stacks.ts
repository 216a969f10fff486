import { InputError, type NormalisedConfiguration } from '@wa-ml/config';
import { checkCompliance, isBackedUp, releaseOf } from '@wa-ml/constructs';
import type { App } from 'aws-cdk-lib';
import { BackupStack } from './backup-stack';
import { CostStack } from './cost-stack';
import { customise } from './customise';
import { FoundationStack } from './foundation-stack';
import { NotebookStack } from './notebook-stack';
import { RecoveryStack } from './recovery-stack';
import { ServingStack } from './serving-stack';
import { TrainingStack } from './training-stack';

/**
 * Adds the stacks of one environment, in the order in which they are deployed.
 * @param releases the contents of releases/<environment>.json
 * @param measured by model, the contents of releases/measured/<model>.json: what load tests found
 * @throws InputError for an environment that wa-ml.json does not have
 */
export function addStacks(
  app: App,
  configuration: NormalisedConfiguration,
  environmentName: string,
  releases: unknown,
  measured: Readonly<Record<string, unknown>> = {},
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

  const { recoveryRegion } = environment;
  const recovery = recoveryRegion === undefined ? undefined : new RecoveryStack(app, subject, recoveryRegion);
  if (recovery) customise(recovery);
  const base = new FoundationStack(app, subject, recovery?.copies);
  if (recovery) base.addStackDependency(recovery);
  customise(base);
  if (isBackedUp(environment)) customise(new BackupStack(app, subject, base.foundation, recovery?.copies));
  const { notebooks } = environment;
  if (notebooks) customise(new NotebookStack(app, subject, base.foundation, notebooks));
  for (const model of Object.keys(configuration.models)) {
    const training = new TrainingStack(app, { ...subject, model }, base.foundation);
    customise(training);
    const release = releaseOf(releases, environment, model, measured[model]);
    customise(new ServingStack(app, { ...subject, model }, base.foundation, training.registry, release));
  }
  customise(new CostStack(app, subject, base.foundation));
}
