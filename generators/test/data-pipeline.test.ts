import { InputError, readConfiguration, readContract } from '@wa-ml/config';
import { dataPipelineGenerator } from '@wa-ml/nx/generators';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newRepository, projen, read, tree, write } from '../../packages/project/test/repository';
import { changedPaths, flush, printed, treeOf } from './workspace-tree';

const csv = 'id,age,plan\na1,30,basic\na2,,pro\na3,50,basic\na4,22,pro\n';
const contractAt = 'pipelines/data/contracts/customers.json';

async function added(options: Parameters<typeof dataPipelineGenerator>[1], root = newRepository()) {
  const changes = treeOf(root);
  const callback = await dataPipelineGenerator(changes, options);
  flush(root, changes);
  return { root, said: await printed(callback), ...readConfiguration(read(root, 'wa-ml.json')) };
}

describe('nx generate @wa-ml/nx:data-pipeline', () => {
  it('adds the dataset, its contract and the jobs, and leaves nothing for projen', async () => {
    const root = newRepository();
    write(root, 'customers.csv', csv);
    const { written, said } = await added(
      { name: 'customers', format: 'json', workers: 8, data: join(root, 'customers.csv') },
      root,
    );
    expect(written.data).toEqual({
      pipeline: true,
      datasets: { customers: { format: 'json', workers: 8 } },
    });
    expect(readContract(read(root, contractAt), 'customers').columns).toEqual([
      { name: 'id', type: 'string' },
      { name: 'age', type: 'bigint', nullable: true },
      { name: 'plan', type: 'string', allowed: ['basic', 'pro'] },
    ]);
    expect(Object.keys(tree(root))).toEqual(
      expect.arrayContaining(['pipelines/data/jobs/validate.py', 'pipelines/data/pyproject.toml']),
    );
    expect(said).toContain('uniqueKey');
    const before = tree(root);
    expect(projen(root)).toEqual([]);
    expect(tree(root)).toEqual(before);
  });

  it('takes the columns of the model that learns from it', async () => {
    const root = newRepository();
    const { models, ...rest } = JSON.parse(read(root, 'wa-ml.json'));
    const churn = { flavour: 'xgboost', data: { file: 'data/c.csv', target: 'plan' } };
    write(root, 'wa-ml.json', JSON.stringify({ ...rest, models: { ...models, churn } }));
    projen(root);
    const columns = [{ name: 'age', type: 'float', missing: 0 }];
    write(root, 'models/churn/columns.json', JSON.stringify({ columns }));
    const { normalised } = await added({ name: 'customers', model: 'churn' }, root);
    expect(normalised.data.pipeline?.datasets['customers']?.models).toEqual(['churn']);
    expect(JSON.parse(read(root, contractAt)).columns).toEqual([{ name: 'age', type: 'double' }]);
  });

  it('writes the datasets of models out when one more is named', async () => {
    const root = newRepository();
    const { models, ...rest } = JSON.parse(read(root, 'wa-ml.json'));
    const churn = { flavour: 'xgboost', data: { file: 'data/c.csv', target: 'plan' } };
    const data = { pipeline: true };
    write(root, 'wa-ml.json', JSON.stringify({ ...rest, data, models: { ...models, churn } }));
    projen(root);
    const { normalised } = await added({ name: 'customers' }, root);
    expect(Object.keys(normalised.data.pipeline!.datasets)).toEqual(['churn', 'customers']);
    expect(normalised.data.pipeline!.datasets['churn']!.models).toEqual(['churn']);
  });

  it.each([
    ['a name that is no table', { name: 'big-table' }, /is no dataset name/],
    ['a model that is not there', { name: 'customers', model: 'chrn' }, /There is no model "chrn"/],
    ['a file that is not there', { name: 'customers', data: '/none.csv' }, /cannot be read/],
    ['a model of sample data', { name: 'customers', model: 'diagnosis' }, /ships in a package/],
  ])('refuses %s and changes nothing', async (_title, options, message) => {
    const changes = treeOf(newRepository());
    const failed = dataPipelineGenerator(changes, options);
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toBeInstanceOf(InputError);
    expect(changedPaths(changes)).toEqual([]);
  });

  it('refuses a dataset that is there already', async () => {
    const { root } = await added({ name: 'customers' });
    await expect(dataPipelineGenerator(treeOf(root), { name: 'customers' })).rejects.toThrow(
      /already/,
    );
  });
});
