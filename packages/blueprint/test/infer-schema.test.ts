import { DataError, describedFor, inferSchema } from '@wa-ml/blueprint';
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

describe('what a flavour makes of the columns', () => {
  const image = (pixels: string[]) =>
    inferSchema(
      ['label,a,b,c,d', ...pixels.map((row, index) => `${index % 2},${row}`)].join('\n'),
      'd.csv',
      'label',
    );

  it('is all of them for tables', () => {
    const schema = inferSchema(csv, 'data/customers.csv', 'churned');
    expect(describedFor.table(schema)).toBe(schema);
  });
  it('is the longest text and the target for texts', () => {
    const { columns } = describedFor.text(inferSchema(csv, 'data/customers.csv', 'churned'));
    expect(columns).toEqual([
      // The longest has 12 characters; room is left up to the next power of two.
      { name: 'note', type: 'text', missing: 0, maxLength: 16 },
      { name: 'churned', type: 'string', missing: 0, categories: ['no', 'yes'] },
    ]);
  });
  it('refuses texts where there is none', () => {
    expect(() => describedFor.text(inferSchema('a,t\n1,x\n2,y\n3,x\n4,y', 'x.csv', 't'))).toThrow(
      'x.csv has no column of text',
    );
  });
  it('is one square of pixels and the target for images', () => {
    const { columns, task } = describedFor.image(image(['0,1,2,255', '9,8,7,6']));
    expect(columns[0]).toEqual({ name: 'image', type: 'pixels', shape: [2, 2] });
    expect(columns.map(({ name }) => name)).toEqual(['image', 'label']);
    expect(task).toBe('classification');
  });
  it.each([
    ['a pixel over 255', ['0,1,2,256', '9,8,7,6'], '"d"'],
    ['a pixel that is missing', ['0,,2,3', '9,8,7,6'], '"b"'],
    ['a pixel with a fraction', ['0,1,2.5,3', '9,8,7,6'], '"c"'],
  ])('refuses %s', (_, pixels, named) => {
    expect(() => describedFor.image(image(pixels))).toThrow(named);
  });
  it('refuses pixels that are no square', () => {
    const schema = inferSchema('label,a,b,c\n0,1,2,3\n1,4,5,6', 'd.csv', 'label');
    expect(() => describedFor.image(schema)).toThrow('no square of pixels');
  });
});
