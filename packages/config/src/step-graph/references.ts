import type { Step, StepGraph } from './schema';

/** Everything in a graph that names something which is not there, or not there yet; empty where all is well. */
export function stepGraphProblems(graph: StepGraph): string[] {
  const problems: string[] = [];
  const parameters = new Set(graph.parameters.map(({ name }) => name));
  const before = new Map<string, Step>();
  const reports = new Set<string>();
  const names = graph.steps.flatMap((step) =>
    step.kind === 'gate' ? [step.name, step.otherwise.name] : [step.name],
  );
  for (const name of new Set(names))
    if (names.filter((other) => other === name).length > 1)
      problems.push(`${name}: two steps have this name`);

  const behind = new Set<string>(); // gates that a step already follows
  for (const step of graph.steps) {
    const wrong = (what: string): void => void problems.push(`${step.name}: ${what}`);
    for (const name of step.after)
      if (!before.has(name)) wrong(`comes after ${name}, which is no step before it`);
    if ('retry' in step)
      for (const policy of step.retry)
        if (!Object.hasOwn(graph.retryPolicies, policy))
          wrong(`no retry policy is named ${policy}`);
    for (const input of 'inputs' in step ? step.inputs : []) {
      if (!('step' in input)) continue;
      const from = before.get(input.step);
      const output =
        from && 'outputs' in from && from.outputs.find(({ name }) => name === input.output);
      if (!output) wrong(`takes ${input.output} of ${input.step}, which is not written before it`);
      else if (output.artifact !== input.artifact)
        wrong(`takes ${input.output} of ${input.step}, of which only one side is an artifact`);
    }
    if ('report' in step && step.report) {
      if (!step.outputs.some(({ name }) => name === step.report!.output))
        wrong(`its report lies in ${step.report.output}, which it does not write`);
      if (reports.has(step.report.name)) wrong(`two reports are named ${step.report.name}`);
      reports.add(step.report.name);
    }
    if (step.kind === 'gate') {
      for (const { left, right } of step.conditions) {
        if (!reports.has(left.report))
          wrong(`reads the report ${left.report}, which is not written before it`);
        if ('parameter' in right && !parameters.has(right.parameter))
          wrong(`compares with the parameter ${right.parameter}, which the graph does not have`);
      }
      for (const name of messageParameters(step.otherwise.message))
        if (!parameters.has(name)) wrong(`its message names {${name}}, which is no parameter`);
    }
    // SageMaker nests what follows a condition in its branch, and nothing after the branch can refer to it.
    if (step.after.some((name) => before.get(name)?.kind === 'gate' || behind.has(name)))
      behind.add(step.name);
    else if (behind.size > 0) wrong('comes after a step behind a gate, but not behind the gate');
    before.set(step.name, step);
  }
  return problems;
}

/** The parameters that a message names in braces. */
export function messageParameters(message: string): string[] {
  return [...message.matchAll(/\{([^}]*)\}/g)].map((match) => match[1]!);
}
