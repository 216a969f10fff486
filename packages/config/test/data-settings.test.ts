import {
  ConfigurationError,
  datasetFor,
  datasetsOf,
  formatPath,
  InputError,
  personalColumns,
  readConfiguration,
  readContract,
  runsDataPipeline,
} from '@wa-ml/config';
import { describe, expect, it } from 'vitest';

const file = { file: 'data/customers.csv', target: 'churned' };
const models = {
  'churn-risk': { flavour: 'xgboost', data: file },
  diagnosis: { flavour: 'pytorch-tabular' },
  names: { flavour: 'transformer-text', data: file },
};
const read = (data: unknown, more: object = models) =>
  readConfiguration(
    JSON.stringify({
      name: 'acme-ml',
      owner: 'ml@acme.example',
      environments: {
        dev: { tier: 'development', account: '111111111111', region: 'eu-west-1' },
        prod: { tier: 'production', account: '333333333333', region: 'eu-west-1' },
      },
      ...(data === undefined ? {} : { data }),
      models: more,
    }),
  ).normalised;
const datasets = (written: object) => ({ pipeline: true, datasets: written });

function problems(data: unknown, more: object = models): string[] {
  try {
    read(data, more);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map(({ path, what }) => `${formatPath(path)}: ${what}`);
  }
  return [];
}

describe('the data pipeline in wa-ml.json', () => {
  it('is not there unless it is asked for', () => {
    for (const data of [undefined, {}, { pipeline: false }])
      expect(read(data)).toMatchObject({ data: {} });
    expect(datasetsOf(read(undefined))).toEqual([]);
  });

  it('makes a dataset of each model with data of its own, named as tables are', () => {
    const { names: _text, ...tables } = models;
    const configuration = read({ pipeline: true }, tables);
    expect(datasetsOf(configuration)).toEqual([
      { name: 'churn_risk', format: 'csv', models: ['churn-risk'], workers: 4 },
    ]);
    expect(datasetFor(configuration, 'churn-risk')?.name).toBe('churn_risk');
    expect(datasetFor(configuration, 'diagnosis')).toBeUndefined();
  });

  it('runs where training does, and nowhere else', () => {
    const configuration = read(datasets({ events: { format: 'json', workers: 10 } }));
    expect(runsDataPipeline(configuration, 'dev')).toBe(true);
    expect(runsDataPipeline(configuration, 'prod')).toBe(false);
    expect(runsDataPipeline(read({}), 'dev')).toBe(false);
  });

  const refused: [string, unknown, RegExp][] = [
    ['datasets without a pipeline', { datasets: { events: {} } }, /no pipeline/],
    ['no dataset at all', datasets({}), /there is no dataset/],
    ['a hyphen in a table', datasets({ events: {}, 'big-table': {} }), /is no dataset name/],
    ['a capital in a table', datasets({ events: {}, Customers: {} }), /is no dataset name/],
    ['a digit first', datasets({ events: {}, '1st': {} }), /is no dataset name/],
    ['a folder', datasets({ events: {}, 'a/b': {} }), /is no dataset name/],
    ['a name that is too long', datasets({ events: {}, ['a'.repeat(33)]: {} }), /longer than 32/],
    ['one worker', datasets({ events: { workers: 1 } }), /less than 2/],
    ['more workers than Glue has', datasets({ events: { workers: 300 } }), /more than 299/],
    ['an unknown format', datasets({ events: { format: 'xml' } }), /not one of csv, json/],
    ['an unknown model', datasets({ events: { models: ['churn'] } }), /there is no model "churn"/],
    ['a model of texts', datasets({ events: { models: ['names'] } }), /reads no table/],
    [
      'a model of sample data',
      datasets({ events: { models: ['diagnosis'] } }),
      /ships in a package/,
    ],
    [
      'a model with two datasets',
      datasets({ a: { models: ['churn-risk'] }, b: { models: ['churn-risk'] } }),
      /learns from a already/,
    ],
    [
      'more datasets than a stack holds',
      datasets(Object.fromEntries([...'abcdefghijk'].map((name) => [name, {}]))),
      /there are 11 datasets/,
    ],
  ];
  it.each(refused)('refuses %s', (_title, data, what) => {
    expect(problems(data)).toHaveLength(1);
    expect(problems(data)[0]).toMatch(what);
    expect(problems(data)[0]).toMatch(/^data\.datasets/);
  });

  it('refuses a model whose folder would be a stage of the pipeline, and only then', () => {
    const raw = { ...models, raw: { flavour: 'xgboost' } };
    expect(problems(datasets({ events: {} }), raw)[0]).toMatch(
      /^models\.raw: a model cannot be called/,
    );
    expect(problems(undefined, raw)).toEqual([]);
  });

  it('refuses "true" where no model has data', () => {
    expect(problems({ pipeline: true }, { diagnosis: models.diagnosis })[0]).toMatch(/no dataset/);
  });
});

describe('a contract', () => {
  const columns = [
    { name: 'id', type: 'string', pii: true },
    { name: 'age', type: 'int', minimum: 0, maximum: 120 },
    { name: 'joined', type: 'date', nullable: true, maxNullShare: 0.1 },
  ];
  const contract = (more: object) => JSON.stringify({ version: 1, columns, ...more });

  it('is read, and names personal data', () => {
    const text = contract({ uniqueKey: ['id'], latestBy: 'joined', maxRejectedShare: 0 });
    expect(personalColumns(readContract(text, 'customers'))).toEqual(['id']);
  });

  const column = (more: object) => contract({ columns: [{ name: 'a', type: 'int', ...more }] });
  const wrong: [string, string, RegExp][] = [
    ['no JSON', '{', /SyntaxError/],
    ['another version', contract({ version: 2 }), /version/],
    ['an unknown type', column({ type: 'float32' }), /columns\.0\.type/],
    ['an unknown field', column({ min: 1 }), /min/],
    ['no columns', contract({ columns: [] }), /none is left for training/],
    ['nothing but personal data', column({ pii: true }), /none is left for training/],
    [
      'names that differ by case only',
      contract({ columns: [...columns, { name: 'ID', type: 'int' }] }),
      /case/,
    ],
    [
      'a name of the pipeline',
      contract({ columns: [...columns, { name: 'row_key', type: 'int' }] }),
      /uses itself/,
    ],
    ['a key that is no column', contract({ uniqueKey: ['idd'] }), /did you mean "id"/],
    ['a nullable key', contract({ uniqueKey: ['joined'] }), /cannot be nullable/],
    ['an order without a key', contract({ latestBy: 'joined' }), /uniqueKey/],
    ['a range of texts', column({ type: 'string', minimum: 1 }), /minimum and a maximum/],
    ['a range without numbers', column({ minimum: 2, maximum: 1 }), /above its maximum/],
    ['categories of numbers', column({ allowed: ['1'] }), /only strings/],
    ['a limit of nulls where none may be', column({ maxNullShare: 0.1 }), /nullable/],
    ['a share of more than all', contract({ maxRejectedShare: 1.1 }), /maxRejectedShare/],
  ];
  it.each(wrong)('refuses %s, and names the file', (_title, text, why) => {
    expect(() => readContract(text, 'customers')).toThrow(why);
    expect(() => readContract(text, 'customers')).toThrow(InputError);
    expect(() => readContract(text, 'customers')).toThrow(/contracts\/customers\.json/);
  });
});
