import type { MigratedFiles, Migration } from '../migration';
import { modelNamesIn } from '../model-names';

const trainingData = 'from ml_runtime.training.training_data import TrainingData';
const makesEncoder = 'encoder = TabularEncoder(data.features, data.described)';

/** In a model's tests, as they were seeded: what they gave to `build_model`, and what they give since. */
const testBefore = `    encoder = TabularEncoder(
        features.compute(train, schema.inputs), features.describe(schema.inputs)
    )
    served = ServedModel(build_model(encoder, `;
const testAfter = `    described = tuple(features.describe(schema.inputs))
    data = TrainingData(features.compute(train, schema.inputs), described, schema)
    served = ServedModel(build_model(data, `;
/** The server takes its limits as settings since; the default of the largest body is what the test gave. */
const serverBefore = 'Application(load_exported_model(trained / "model"), body_bytes=6_000_000)';
const serverAfter = 'Application(load_exported_model(trained / "model"))';
const encoderImport = 'from ml_runtime.training.tabular import TabularEncoder';

/**
 * `build_model` of a model's model.py gets the train split since, so that a flavour may learn from it whatever it needs;
 * until then it got an encoder that the runtime had made. People's own lines go on using `encoder`, made in the first of them.
 */
export const buildModelTakesData: Migration = {
  release: '0.3.0',
  name: 'build-model-takes-data',
  summary: 'models/*/model.py: build_model gets the train split and makes its encoder itself',
  migrate: (files) =>
    modelNamesIn(files).flatMap((name) => [
      ...changed(files, `models/${name}/model.py`, 'build_model', withData),
      ...changed(
        files,
        `models/${name}/tests/test_training.py`,
        'build_model(encoder',
        testWithData,
      ),
    ]),
};

/** Changes one file, where there is something to change. @returns what is left to the people */
function changed(
  files: MigratedFiles,
  path: string,
  mention: string,
  change: (text: string) => string | undefined,
): string[] {
  const text = files.read(path);
  if (text === undefined || !text.includes(mention)) return [];
  const after = change(text);
  if (after === undefined)
    return [
      `${path}: build_model(data: TrainingData, outputs, hyperparameters) is how it is called now; make the encoder in it: ${makesEncoder}`,
    ];
  if (after !== text) files.write(path, after);
  return [];
}

/** @returns undefined where the text is not understood. */
function withData(text: string): string | undefined {
  if (/^def build_model\(\s*data\b/m.test(text)) return text;
  const signature =
    /^def build_model\(\s*(encoder\s*:\s*TabularEncoder)\s*,[^()]*\)[^:\n]*:[ \t]*(?:#.*)?\n/m.exec(
      text,
    );
  const imported = /^from ml_runtime\.training\.tabular import [^(\n]+$/m.exec(text);
  // What is imported stands above; where it does not, somebody has built something that we do not know.
  if (!signature || !imported || imported.index > signature.index) return undefined;
  const bodyAt = signature.index + signature[0].length;
  const documentation =
    /^[ \t]+[rR]?("""[^]*?"""|'''[^]*?''')[ \t]*\n/.exec(text.slice(bodyAt))?.[0] ?? '';
  const statement = /^(?:[ \t]*(?:#.*)?\n)*([ \t]+)\S/.exec(
    text.slice(bodyAt + documentation.length),
  );
  const indent = /^[ \t]+/.exec(documentation)?.[0] ?? statement?.[1];
  if (indent === undefined) return undefined;
  const parameter = signature.index + signature[0].indexOf(signature[1]!);
  const importEnd = imported.index + imported[0].length;
  const withBody = inserted(text, bodyAt + documentation.length, `${indent}${makesEncoder}\n`);
  const withParameter =
    withBody.slice(0, parameter) +
    'data: TrainingData' +
    withBody.slice(parameter + signature[1]!.length);
  return inserted(withParameter, importEnd, `\n${trainingData}`);
}

const inserted = (text: string, at: number, more: string): string =>
  text.slice(0, at) + more + text.slice(at);

/** @returns undefined where the text is not understood. */
function testWithData(text: string): string | undefined {
  if (!text.includes(testBefore)) return undefined;
  const after = text.replace(testBefore, testAfter).replace(serverBefore, serverAfter);
  const needed = after.replace(encoderImport, '').includes('TabularEncoder');
  return after.replace(encoderImport, needed ? `${encoderImport}\n${trainingData}` : trainingData);
}
