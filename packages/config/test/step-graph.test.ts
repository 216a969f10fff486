import {
  InputError,
  graphFor,
  parseStepGraph,
  readStepGraph,
  stepGraph,
  stepOptions,
  type StepOption,
} from '@wa-ml/config';
import { describe, expect, it } from 'vitest';

const changed = (change: (graph: any) => void): unknown => {
  const graph = structuredClone(stepGraph) as any;
  change(graph);
  return graph;
};
const step = (graph: any, name: string): any => graph.steps.find((one: any) => one.name === name);

describe('the step graph', () => {
  it('runs from the data to the registry, through the gate', () => {
    expect(stepGraph.steps.map(({ name, kind }) => [name, kind])).toEqual([
      ['Prepare', 'prepare'],
      ['Validate', 'validate'],
      ['Tune', 'tune'],
      ['Train', 'train'],
      ['Optimise', 'optimise'],
      ['Evaluate', 'evaluate'],
      ['Gate', 'gate'],
      ['Register', 'register'],
    ]);
  });

  it('is without a search for a model that has none, and trains after what is left', () => {
    const plain = graphFor(stepGraph, []);
    expect(plain.steps.map(({ name }) => name)).not.toContain('Tune');
    expect(step(plain, 'Train').after).toEqual(['Validate']);
    expect(step(plain, 'Prepare').inputs).toEqual([]);
    expect(step(graphFor(stepGraph, ['data']), 'Prepare').inputs).toHaveLength(1);
  });

  it("leaves out what needs ONNX for people's own program, and judges and registers what it trained", () => {
    const own = graphFor(stepGraph, ['program']);
    expect(own.steps.map(({ name }) => name)).not.toContain('Optimise');
    expect(step(own, 'Evaluate').after).toEqual(['Train']);
    for (const name of ['Evaluate', 'Register'])
      expect(step(own, name).inputs[0]).toMatchObject({ step: 'Train', output: 'model' });
  });

  it('is a graph whatever a model has: every subset of the options', () => {
    const subsets = stepOptions.reduce<StepOption[][]>(
      (found, option) => [...found, ...found.map((one) => [...one, option])],
      [[]],
    );
    expect(subsets).toHaveLength(2 ** stepOptions.length);
    for (const options of subsets)
      expect(() => parseStepGraph(graphFor(stepGraph, options))).not.toThrow();
  });

  const wrong: [string, (graph: any) => void, RegExp][] = [
    ['a step twice', (graph) => graph.steps.push(step(graph, 'Prepare')), /two steps/],
    ['a step after one that is not there', (graph) => (step(graph, 'Train').after = ['Clean']), /Clean/], // prettier-ignore
    ['steps in an order that cannot run', (graph) => graph.steps.reverse(), /before it/],
    ['an input that nothing writes', (graph) => (step(graph, 'Train').inputs[0].output = 'all'), /takes all of Prepare/], // prettier-ignore
    ['a packed model taken for a folder', (graph) => delete step(graph, 'Evaluate').inputs[0].artifact, /artifact/], // prettier-ignore
    ['a report outside of its outputs', (graph) => (step(graph, 'Evaluate').report.output = 'x'), /report/], // prettier-ignore
    ['a gate on a report that is not there', (graph) => (step(graph, 'Gate').conditions[0].left.report = 'Other'), /Other/], // prettier-ignore
    ['a gate on a parameter that is not there', (graph) => graph.parameters.pop(), /MinimumSkill/],
    ['a message that names no parameter', (graph) => (step(graph, 'Gate').otherwise.message = '{X}'), /\{X\}/], // prettier-ignore
    ['a retry policy that is not there', (graph) => delete graph.retryPolicies.job, /no retry policy/], // prettier-ignore
    ['a step beside the branch behind the gate', (graph) => (step(graph, 'Register').after = ['Gate'], graph.steps.push({ ...step(graph, 'Prepare'), name: 'Late' })), /not behind the gate/], // prettier-ignore
    ['an unknown key', (graph) => (step(graph, 'Train').instance = 1), /nrecognized/],
    ['more attempts than SageMaker takes', (graph) => (graph.retryPolicies.job.maxAttempts = 21), /20/], // prettier-ignore
    ['a path that leaves the layout', (graph) => (step(graph, 'Train').outputs[0].path = '../x'), /path/], // prettier-ignore
  ];
  it.each(wrong)('refuses %s', (_title, change, reason) => {
    let caught: unknown;
    try {
      parseStepGraph(changed(change));
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(InputError);
    expect((caught as InputError).why).toMatch(reason);
    expect((caught as InputError).next).toContain('pipelines/training-steps.json');
  });

  it('refuses a file that is no JSON by a typed error', () => {
    expect(() => readStepGraph('{')).toThrow(InputError);
    expect(readStepGraph(JSON.stringify(stepGraph))).toEqual(stepGraph);
  });
});
