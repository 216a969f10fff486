import { InputError, runsDataPipeline, type NormalisedConfiguration } from '@wa-ml/config';
import { checkCompliance, isBackedUp, releaseOf } from '@wa-ml/constructs';
import type { App } from 'aws-cdk-lib';
import { BackupStack } from './backup-stack';
import { CostStack } from './cost-stack';
import { customise } from './customise';
import { DataStack } from './data-stack';
import { FoundationStack } from './foundation-stack';
import { addFrontDoor, addGatewayLogRole } from './front-door-stack';
import { MonitoringStack } from './monitoring-stack';
import { NotebookStack } from './notebook-stack';
import { RecoveryStack } from './recovery-stack';
import { ServingStack } from './serving-stack';
import { TrainingStack } from './training-stack';

/** What else is known of the models, and which of them is wanted. */
export interface StackOptions {
  /** By model, the contents of releases/measured/<model>.json: what load tests found. */
  readonly measured?: Readonly<Record<string, unknown>>;
  /** By model, the contents of releases/contracts/<model>.json: its OpenAPI document. */
  readonly contracts?: Readonly<Record<string, unknown>>;
  /** The one model whose stacks are added, beside the foundation that they stand on. @default - all, and what they share */
  readonly only?: string;
}

/**
 * Adds the stacks of one environment, in the order in which they are deployed.
 * @param releases the contents of releases/<environment>.json
 * @throws InputError for an environment or a model that wa-ml.json does not have
 */
export function addStacks(
  app: App,
  configuration: NormalisedConfiguration,
  environmentName: string,
  releases: unknown,
  { measured = {}, contracts = {}, only }: StackOptions = {},
): void {
  const environment = named('environment', environmentName, configuration.environments);
  const models = only === undefined ? Object.keys(configuration.models) : [named('model', only, configuration.models).name];
  const whole = { configuration, environment };
  checkCompliance(app, configuration.compliance);

  const { recoveryRegion } = environment;
  const recovery = recoveryRegion === undefined ? undefined : new RecoveryStack(app, whole, recoveryRegion);
  if (recovery) customise(recovery);
  const base = new FoundationStack(app, whole, recovery?.copies);
  if (recovery) base.addStackDependency(recovery);
  customise(base);
  // The roles of all that follows stay inside it.
  const subject = { ...whole, boundary: base.foundation.boundary };
  addGatewayLogRole(app, subject).forEach(customise);
  if (isBackedUp(environment)) customise(new BackupStack(app, subject, base.foundation, recovery?.copies));
  const { notebooks } = environment;
  if (notebooks) customise(new NotebookStack(app, subject, base.foundation, notebooks));
  for (const model of models) {
    const training = new TrainingStack(app, { ...subject, model }, base.foundation);
    customise(training);
    const release = releaseOf(releases, environment, model, measured[model]);
    const serving = new ServingStack(app, { ...subject, model }, base.foundation, training.registry, release);
    customise(serving);
    addFrontDoor(app, { ...subject, model }, base.foundation, serving, release, contracts[model]).forEach(customise);
    customise(new MonitoringStack(app, { ...subject, model }, base.foundation, [training, serving]));
  }
  // What is of all models together.
  if (only !== undefined) return;
  if (runsDataPipeline(configuration, environmentName)) customise(new DataStack(app, subject, base.foundation));
  customise(new CostStack(app, subject, base.foundation));
}

function named<T>(what: 'environment' | 'model', name: string, all: Readonly<Record<string, T>>): T {
  const found = Object.hasOwn(all, name) ? all[name] : undefined;
  if (found) return found;
  const known = Object.keys(all);
  throw new InputError({
    code: `${what.toUpperCase()}_UNKNOWN`,
    what: `There is no ${what} "${name}".`,
    why: `wa-ml.json has ${known.join(', ')}.`,
    next: `Write -c ${what}=${known[0]}.`,
  });
}
