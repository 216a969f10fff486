import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stepGraph } from '@wa-ml/config';
import { pipelineDefinition, type PipelineSetting } from '@wa-ml/constructs';
import { findUv } from '@wa-ml/project';
import { describe, expect, it } from 'vitest';

const folder = join(__dirname, 'golden');
const script = join(folder, 'sagemaker_sdk_pipelines.py');
const json = (file: string): any => JSON.parse(readFileSync(file, 'utf8'));
const cases: Record<string, PipelineSetting & { extends?: string }> = json(
  join(folder, 'cases.json'),
);

const settingOf = (name: string): PipelineSetting => {
  const { extends: base, ...own } = cases[name]!;
  return { ...(base ? cases[base] : {}), ...own } as PipelineSetting;
};

/** The SDK appends the kind to the name of the step that registers; the graph's name is ours to choose. */
const golden = (name: string): any =>
  JSON.parse(
    readFileSync(join(folder, `${name}.json`), 'utf8').replace(
      'Register-RegisterModel',
      'Register',
    ),
  );
/** What the graph leaves out of an empty list of ranges, the SDK writes or leaves out by its own rules. */
const withoutEmptyRanges = (definition: any): any =>
  JSON.parse(JSON.stringify(definition), (key, value) =>
    key.endsWith('ParameterRanges') && Array.isArray(value) && value.length === 0
      ? undefined
      : value,
  );

describe('the pipeline definition beside what the SageMaker Python SDK makes of the same graph', () => {
  it.each(Object.keys(cases))('is equal: %s', (name) => {
    expect(withoutEmptyRanges(pipelineDefinition(stepGraph, settingOf(name)))).toEqual(
      withoutEmptyRanges(golden(name)),
    );
  });

  const refusedByTheApi = (definition: unknown): { checked: string[]; problems: string[] } =>
    JSON.parse(
      execFileSync(join(__dirname, '../../../.venv/bin/python'), [join(folder, 'api_model.py')], {
        input: JSON.stringify(definition),
        encoding: 'utf8',
      }),
    );
  it.each(Object.keys(cases))("fits the API's own model, job by job: %s", (name) => {
    const definition = pipelineDefinition(stepGraph, settingOf(name));
    const { checked, problems } = refusedByTheApi(definition);
    expect(problems).toEqual([]);
    expect(checked).toEqual(expect.arrayContaining(['Prepare', 'Train', 'Evaluate', 'Register']));
    // And the model says so where one does not.
    const wrong = JSON.parse(
      JSON.stringify(definition)
        .replaceAll('"S3Prefix"', '"S3Folder"')
        .replaceAll('"EnableNetworkIsolation"', '"NetworkIsolation"'),
    );
    const said = refusedByTheApi(wrong).problems.join(' ');
    expect(said).toContain('S3Folder');
    expect(said).toContain('NetworkIsolation');
  });

  it('differs where the graph does: the comparison can fail', () => {
    const other = structuredClone(stepGraph) as any;
    other.steps[0].cache = 'P7D';
    expect(pipelineDefinition(other, settingOf('on-demand'))).not.toEqual(golden('on-demand'));
  });

  it.runIf(process.env['WA_ML_DEEP'])(
    'has golden definitions that the SDK still writes (needs the SDK: in npm run test:deep only)',
    () => {
      const out = mkdtempSync(join(tmpdir(), 'golden-'));
      try {
        const sdk = /sagemaker==[\d.]+/.exec(readFileSync(script, 'utf8'))![0];
        const uv = findUv(join(__dirname, '../../../.cache'));
        execFileSync(uv, ['run', '--no-project', '--python', '3.11', '--with', sdk, script, out], {
          stdio: 'pipe',
        });
        for (const name of Object.keys(cases))
          expect(json(join(out, `${name}.json`))).toEqual(json(join(folder, `${name}.json`)));
      } finally {
        rmSync(out, { recursive: true });
      }
    },
    600_000,
  );
});
