import type { GeneratorCallback, Tree } from '@nx/devkit';
import {
  environmentSchema,
  InputError,
  nearest,
  tiers,
  type NormalisedConfiguration,
  type Tier,
  type WrittenEnvironment,
} from '@wa-ml/config';
import { formatReport, withEnvironment, withTrainingEnvironment } from '@wa-ml/project';
import { configurationIn, writeConfiguration } from '../../configuration-in-tree';
import { withReadableErrors } from '../../readable-errors';
import { keepTreeInStep } from '../sync/generator';

/** Options of `nx generate @wa-ml/nx:environment`: an environment, and its place. */
export interface EnvironmentGeneratorOptions extends WrittenEnvironment {
  /** Name of the environment: lower-case letters and digits. */
  readonly name: string;
  /**
   * The environment before it in the order of promotion.
   * @default the last one of its tier or of a lower one
   */
  readonly after?: string;
}

/**
 * Adds an environment to wa-ml.json and brings the tree in step.
 * @throws ConfigurationError, InputError; the tree is then not written.
 */
export async function environmentGenerator(
  tree: Tree,
  options: EnvironmentGeneratorOptions,
): Promise<GeneratorCallback> {
  const { name, after, tier } = options;
  const before = configurationIn(tree);
  if (Object.hasOwn(before.written.environments, name)) {
    throw new InputError({
      code: 'ENVIRONMENT_EXISTS',
      what: `There is an environment "${name}" already.`,
      why: 'Adding it again would change what wa-ml.json says of it.',
      next: 'Choose another name, or edit wa-ml.json.',
    });
  }
  const index = placeOf(before.normalised, tier, after);
  const environment = Object.fromEntries(
    Object.keys(environmentSchema.shape)
      .map((field) => [field, options[field as keyof WrittenEnvironment]])
      .filter(([, value]) => value !== undefined),
  ) as unknown as WrittenEnvironment;
  const added = withEnvironment(before.text, name, environment, index);
  // The first one trains where nothing else is said: a new first must not take that over.
  const trains = index === 0 && before.written.trainingEnvironment === undefined;
  const { normalised } = writeConfiguration(
    tree,
    trains ? withTrainingEnvironment(added, before.normalised.trainingEnvironment) : added,
  );
  const outcome = keepTreeInStep(tree);
  const order = Object.keys(normalised.environments).join(' -> ');
  return () =>
    void process.stdout.write(
      `\n${formatReport(outcome)}Order of promotion: ${order}; ${normalised.trainingEnvironment} trains.\nNext: docs/deployment.md says how the account is made ready.\n`,
    );
}

function placeOf({ environments }: NormalisedConfiguration, tier: Tier, after?: string): number {
  const names = Object.keys(environments);
  if (after !== undefined) {
    if (names.includes(after)) return names.indexOf(after) + 1;
    throw new InputError({
      code: 'ENVIRONMENT_UNKNOWN',
      what: `There is no environment "${after}".`,
      why: `wa-ml.json has ${names.join(', ')}.`,
      next: `Write --after ${nearest(after, names) ?? names.at(-1)}.`,
    });
  }
  const highest = tiers.indexOf(tier);
  return Object.values(environments).findLastIndex((one) => tiers.indexOf(one.tier) <= highest) + 1;
}

export default withReadableErrors(environmentGenerator);
