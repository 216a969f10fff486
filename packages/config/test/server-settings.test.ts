import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endpointSchema, serverEnvironment, serverSettings, servingMetrics } from '@wa-ml/config';
import { describe, expect, it } from 'vitest';

const serving = join(
  import.meta.dirname,
  '../../../templates/runtime/managed/libs/ml-runtime/src/ml_runtime/serving',
);

describe("the server's settings", () => {
  it('cache nothing, warn of unusual values and ask for no review unless somebody says so', () => {
    expect(serverSettings({})).toEqual({ outOfRange: 'warn', humanReviewBelow: 0 });
    expect(serverSettings({ cache: false }).cache).toBeUndefined();
    expect(serverSettings({ cache: true }).cache).toEqual({ megabytes: 64, seconds: 300 });
    expect(serverSettings({ cache: { seconds: 9 } }).cache).toEqual({ megabytes: 64, seconds: 9 });
  });

  it('are refused where they are out of range', () => {
    for (const wrong of [
      { cache: 'yes' },
      { cache: { megabytes: 0 } },
      { cache: { size: 1 } },
      { outOfRange: 'ignore' },
      { humanReviewBelow: 1.5 },
    ])
      expect(endpointSchema.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
  });

  it('reach the server by variables that it knows', () => {
    const fields = readFileSync(join(serving, 'settings.py'), 'utf8');
    const variables = serverEnvironment(serverSettings({ cache: true, humanReviewBelow: 0.6 }));
    expect(Object.keys(variables)).toHaveLength(4);
    for (const name of [...Object.keys(variables), 'ML_RUNTIME_ENDPOINT', 'ML_RUNTIME_VARIANT'])
      expect(fields).toMatch(new RegExp(`^    ${name.slice(11).toLowerCase()}: `, 'm'));
  });
});

describe('the metrics of the server', () => {
  it('have the same words in TypeScript and in Python', () => {
    const emf = readFileSync(join(serving, 'emf.py'), 'utf8');
    const quoted = (name: string) =>
      [
        ...(new RegExp(`^${name} = (\\(.*?\\)|.*?)$`, 'ms').exec(emf)?.[1] ?? '').matchAll(
          /"(\w[\w/]*)"/g,
        ),
      ].map(([, word]) => word);
    expect(quoted('NAMESPACE')).toEqual([servingMetrics.namespace]);
    expect(quoted('DIMENSIONS')).toEqual(servingMetrics.dimensions);
    expect(quoted('COUNTS')).toEqual(servingMetrics.counts);
    expect(quoted('LATENCY, QUEUE_TIME, BATCH_SIZE')).toEqual(servingMetrics.distributions);
  });
});
