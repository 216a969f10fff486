import type { GeneratorCallback, Tree } from '@nx/devkit';
import { endpointSchema, InputError, type WrittenEndpoint } from '@wa-ml/config';
import { formatReport, withEndpoint } from '@wa-ml/project';
import { configurationIn, requireModel, writeConfiguration } from '../../configuration-in-tree';
import { withReadableErrors } from '../../readable-errors';
import { keepTreeInStep } from '../sync/generator';

/** Options of `nx generate @wa-ml/nx:endpoint`: the settings of an endpoint, and whose. */
export interface EndpointGeneratorOptions extends WrittenEndpoint {
  /** Name of the model. */
  readonly name: string;
  /** @default every environment that has no settings of its own */
  readonly environment?: string;
}

/**
 * Changes endpoint settings of a model in wa-ml.json and brings the tree in step.
 * @throws ConfigurationError, InputError; the tree is then not written.
 */
export async function endpointGenerator(
  tree: Tree,
  options: EndpointGeneratorOptions,
): Promise<GeneratorCallback> {
  const { name, environment } = options;
  const before = configurationIn(tree);
  requireModel(before, name);
  const settings = Object.fromEntries(
    // Nx passes options of its own beside those of the schema.
    Object.entries(options).filter(
      ([field, value]) => field in endpointSchema.shape && value !== undefined,
    ),
  ) as WrittenEndpoint;
  if (Object.keys(settings).length === 0) {
    throw new InputError({
      code: 'NOTHING_TO_CHANGE',
      what: 'No setting was given.',
      why: 'Only what is given is changed; the rest stays as it is.',
      next: `Give one or more of ${Object.keys(endpointSchema.shape)
        .map((field) => `--${field}`)
        .join(', ')}.`,
    });
  }
  const { written } = writeConfiguration(
    tree,
    withEndpoint(before.text, name, settings, environment),
  );
  const outcome = keepTreeInStep(tree);
  const overriding = Object.entries(written.models[name]!.environments ?? {})
    .filter(([, { endpoint }]) => Object.keys(settings).some((field) => field in (endpoint ?? {})))
    .map(([one]) => one);
  const note =
    environment === undefined && overriding.length > 0
      ? `${overriding.join(', ')}: wa-ml.json has other settings there, which win.\n`
      : '';
  return () => void process.stdout.write(`\n${formatReport(outcome)}${note}`);
}

export default withReadableErrors(endpointGenerator);
