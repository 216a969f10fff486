import { contractPath, datasetsOf, type Dataset } from '@wa-ml/config';
import { planTemplates, type Capability, type PlanContext } from '../../capability';
import { contractOf } from '../../contract-of-data';
import { jsonFile, type PlannedFile } from '../../planned-file';
import { repositoryVariables } from '../../variables';

/** The data pipeline's stack and runbooks; its jobs and the contracts of its datasets where there are some. */
export const data: Capability = {
  word: 'data',
  applies: () => true,
  plan: (context) => {
    const datasets = datasetsOf(context.configuration);
    return [
      ...planTemplates(context, 'data', repositoryVariables(context)).filter(
        ({ path }) => datasets.length > 0 || !path.startsWith('pipelines/'),
      ),
      ...datasets.map((dataset) => contractFile(context, dataset)),
    ];
  },
};

/** Seeded, from the data of a model that is written in the same breath; else its columns are for its people to name. */
function contractFile({ schemas }: PlanContext, { name, models }: Dataset): PlannedFile {
  const known = models.find((model) => Object.hasOwn(schemas, model));
  const columns = known === undefined ? [] : schemas[known]!.columns;
  const file = jsonFile(contractPath(name), 'seeded', contractOf(columns));
  return { ...file, fromData: true };
}
