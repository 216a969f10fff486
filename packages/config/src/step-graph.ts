/** The channels of a dataset: folders below `<model>/` in the data bucket, and below input/data/ in a container. */
export type Channel = 'train' | 'validation' | 'test';

/** One step of the training pipeline, the same on SageMaker and on a laptop. */
export type Step =
  | {
      readonly name: string;
      readonly kind: 'train';
      readonly channels: readonly Channel[];
      readonly after: readonly string[];
    }
  | {
      readonly name: string;
      readonly kind: 'evaluate';
      readonly channels: readonly Channel[];
      readonly after: readonly string[];
      /** The file that it writes, which the gate reads. */
      readonly report: string;
    }
  | {
      readonly name: string;
      readonly kind: 'gate';
      readonly after: readonly string[];
      /** Path in the report of the number that must be above the pipeline parameter `parameter`. */
      readonly path: string;
      readonly parameter: string;
    }
  | {
      readonly name: string;
      readonly kind: 'register';
      readonly after: readonly string[];
      readonly approval: 'PendingManualApproval';
    };

/**
 * train -> evaluate -> gate -> register: a model that is no better than the baseline never reaches the registry,
 * and one that is waits for a person.
 *
 * The gate reads the skill score, 1 - loss / baseline's loss (log loss of a classification, RMSE of a regression):
 * above 0 is better than always answering the majority class or the mean, 1 is perfect.
 */
export const stepGraph: readonly Step[] = [
  { name: 'Train', kind: 'train', channels: ['train', 'validation'], after: [] },
  {
    name: 'Evaluate',
    kind: 'evaluate',
    channels: ['train', 'test'],
    after: ['Train'],
    report: 'evaluation.json',
  },
  {
    name: 'Gate',
    kind: 'gate',
    after: ['Evaluate'],
    path: 'skill.value',
    parameter: 'MinimumSkill',
  },
  { name: 'Register', kind: 'register', after: ['Gate'], approval: 'PendingManualApproval' },
];
