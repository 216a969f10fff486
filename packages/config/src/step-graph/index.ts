import { InputError } from '../errors';
import { stepGraphProblems } from './references';
import {
  stepGraphSchema,
  type Step,
  type StepGraph,
  type StepInput,
  type StepOption,
} from './schema';
import written from './training-steps.json';

export * from './schema';
export { messageParameters } from './references';

/** Where generated repositories have the graph, for both of its readers. */
export const stepGraphPath = 'pipelines/training-steps.json';

/**
 * Checks a graph that was read from a file.
 * @throws InputError with everything that is wrong.
 */
export function parseStepGraph(value: unknown): StepGraph {
  const result = stepGraphSchema.safeParse(value);
  const problems = result.success
    ? stepGraphProblems(result.data)
    : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  if (!result.success || problems.length > 0)
    throw new InputError({
      code: 'STEP_GRAPH_INVALID',
      what: 'The step graph cannot be used.',
      why: `${problems.join('; ')}.`,
      next: `Mend ${stepGraphPath}, or take ours: npx wa-ml adopt ${stepGraphPath}.`,
    });
  return result.data;
}

/**
 * Reads the text of a graph's file.
 * @throws InputError
 */
export function readStepGraph(text: string): StepGraph {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    value = String(error); // no graph: the schema says so
  }
  return parseStepGraph(value);
}

/**
 * The training pipeline of every model. A model that is no better than the baseline never reaches the registry,
 * and one that is waits for a person.
 *
 * The gate reads the skill score, 1 - loss / baseline's loss (log loss of a classification, RMSE of a regression):
 * above 0 is better than always answering the majority class or the mean, 1 is perfect.
 */
export const stepGraph: StepGraph = parseStepGraph(written);

/**
 * The graph of a model that has only these options: steps and inputs that need another, or that one of these makes
 * needless, are gone. What came after such a step comes after those before it, and what read its output reads what
 * it had under the same name.
 */
export function graphFor(graph: StepGraph, options: readonly StepOption[]): StepGraph {
  const has = (entry: object, key: string): boolean =>
    options.includes((entry as Readonly<Record<string, unknown>>)[key] as StepOption);
  const there = (entry: object): boolean =>
    (!('when' in entry) || entry.when === undefined || has(entry, 'when')) && !has(entry, 'unless');
  const gone = new Map(
    graph.steps.filter((step) => !there(step)).map((step): [string, Step] => [step.name, step]),
  );
  const remaining = (name: string): readonly string[] =>
    gone.get(name)?.after.flatMap(remaining) ?? [name];
  const rerouted = (input: StepInput): StepInput => {
    const writer = 'step' in input ? gone.get(input.step) : undefined;
    if (!('step' in input) || !writer || !('inputs' in writer)) return input;
    const before = writer.inputs.find(({ name }) => name === input.output);
    return before && 'step' in before
      ? rerouted({ ...input, step: before.step, output: before.output })
      : input;
  };
  return {
    ...graph,
    steps: graph.steps.filter(there).map((step): Step => ({
      ...step,
      after: [...new Set(step.after.flatMap(remaining))],
      ...('inputs' in step ? { inputs: step.inputs.filter(there).map(rerouted) } : {}),
    })),
  };
}
