import { withSettingMoved } from '../../move-setting';
import type { Migration } from '../migration';
import { modelNamesIn } from '../model-names';

/**
 * `models.<m>.budgetUsd` was the budget of the production endpoint and of nothing else of the model.
 * It stands with the endpoint's other settings since, where it can be said for one environment too.
 */
export const moveEndpointBudget: Migration = {
  release: '0.2.0',
  name: 'move-endpoint-budget',
  summary: 'wa-ml.json: budgetUsd of a model is budgetUsd of its endpoint',
  migrate: (files) => {
    const text = files.read('wa-ml.json') ?? '';
    const moved = modelNamesIn(files).reduce(
      (soFar, name) =>
        withSettingMoved(
          soFar,
          ['models', name, 'budgetUsd'],
          ['models', name, 'endpoint', 'budgetUsd'],
        ),
      text,
    );
    if (moved !== text) files.write('wa-ml.json', moved);
    return [];
  },
};
