import { DataError, inferSchema } from '@wa-ml/blueprint';
import { describe, expect, it } from 'vitest';

const csv = `customer,age,income,plan,vip,note,churned
c1,34,1200.5,basic,true,likes tea,yes
c2,,800,premium,false,none of this,no
c3,51,NaN,basic,,calls often,no
c4,28,950.25,basic,true,wants more,yes
c5,44,1100,premium,false,left once,no
c6,39,1010,,false,quiet,yes
`;

describe('inferring a schema from a CSV file', () => {
  const schema = inferSchema(csv, 'data/customers.csv', 'churned');
  const column = (name: string) => schema.columns.find((one) => one.name === name);

  it('tells numbers, integers, booleans and categories, with ranges and missing values', () => {
    expect(column('age')).toEqual({ name: 'age', type: 'integer', missing: 1, min: 28, max: 51 });
    expect(column('income')).toEqual({
      name: 'income',
      type: 'float',
      missing: 1,
      min: 800,
      max: 1200.5,
    });
    expect(column('plan')).toEqual({
      name: 'plan',
      type: 'string',
      missing: 1,
      categories: ['basic', 'premium'],
    });
    expect(column('vip')).toEqual({ name: 'vip', type: 'boolean', missing: 1 });
  });
  it('leaves out identifiers and free text', () => {
    expect(column('customer')?.use).toBe(false);
    expect(column('note')?.use).toBe(false);
  });
  it('tells classes from numbers to predict', () => {
    expect(schema).toMatchObject({
      version: 1,
      task: 'classification',
      rows: 6,
      target: 'churned',
      file: 'data/customers.csv',
    });
    expect(inferSchema(csv, 'x.csv', 'income').task).toBe('regression');
  });
  it('reads quotes, CRLF and a byte order mark', () => {
    const text = '\uFEFF"a, b","t"\r\n"1,5",x\r\n"2,5",y\r\n"1,5",x\r\n"2,5",y\r\n';
    expect(inferSchema(text, 'x.csv', 't').columns[0]).toMatchObject({
      name: 'a, b',
      categories: ['1,5', '2,5'],
    });
  });
  it.each([
    ['no rows', 'a,b\n', 'a'],
    ['nothing', '', 'a'],
    ['a target that is not there', csv, 'churn'],
    ['a target with one value', 'a,t\n1,x\n2,x\n', 't'],
    ['a target of free text', 'a,t\n1,x\n2,y\n3,z\n', 't'],
    ['two columns of one name', 'a,a,t\n1,2,x\n3,4,y\n', 't'],
    ['a ragged table', 'a,t\n1,x,2\n', 't'],
    ['an unclosed quote', 'a,t\n"1,x\n', 't'],
  ])('refuses %s', (_title, text, target) => {
    expect(() => inferSchema(text, 'x.csv', target)).toThrow(DataError);
  });
  it('names the column that was probably meant', () => {
    expect(() => inferSchema(csv, 'x.csv', 'chruned')).toThrow(/--target churned/);
  });
});
