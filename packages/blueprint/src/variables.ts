import { isNetwork, type NormalisedModel } from '@wa-ml/config';
import type { PlanContext } from './capability';
import { flavourParts, pinnedPackages } from './flavour-parts';
import { versions } from './versions';

/** What a template of the repository may name. */
export function repositoryVariables({
  configuration,
}: PlanContext): Readonly<Record<string, unknown>> {
  return {
    repo: configuration.name,
    owner: configuration.owner,
    versions,
    models: Object.values(configuration.models),
    environments: Object.values(configuration.environments),
    config: configuration,
    firstModel: Object.keys(configuration.models)[0] ?? '<model>',
    firstEnvironment: Object.keys(configuration.environments)[0] ?? '<environment>',
    trainingEnvironment: configuration.trainingEnvironment,
  };
}

/** What a template of one model may name. */
export function modelVariables(
  context: PlanContext,
  one: NormalisedModel,
): Readonly<Record<string, unknown>> {
  return {
    ...repositoryVariables(context),
    model: one.name,
    flavour: one.flavour,
    parts: flavourParts[one.flavour],
    usesTorch: isNetwork(one.flavour),
    pins: pinnedPackages(one.flavour),
    config: one,
    data: one.data ?? null,
  };
}
