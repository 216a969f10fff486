// The training container: SageMaker starts it with the argument `train`, and so does `nx train`.
// It reads /opt/ml/input, writes /opt/ml/model, and leaves the reason of a failure in
// /opt/ml/output/failure.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerOf, fit } from './linear.mjs';
import { describeInputs, numbersOf, readCsv } from './rows.mjs';

// Outside of a container this variable says which folder stands for /opt/ml.
const root = process.env.ML_RUNTIME_ROOT ?? '/opt/ml';

/** What can be set, with its default; SageMaker passes every value as a text. */
const defaults = { epochs: 300, learning_rate: 0.05, l2: 0.01 };

function hyperparameters() {
  const given = JSON.parse(readFileSync(join(root, 'input/config/hyperparameters.json'), 'utf8'));
  const unknown = Object.keys(given).filter(
    (name) => !Object.hasOwn(defaults, name) && !isPlatform(name),
  );
  if (unknown.length > 0)
    throw new Error(
      `no hyperparameter is named ${unknown.join(', ')}; there are ${Object.keys(defaults).join(', ')}`,
    );
  return Object.fromEntries(
    Object.entries(defaults).map(([name, usual]) => {
      const value = Number(given[name] ?? usual);
      if (!(value > 0)) throw new Error(`${name} is ${given[name]}, which is no number above 0`);
      return [name, value];
    }),
  );
}

/** SageMaker adds some of its own. */
const isPlatform = (name) => name.startsWith('sagemaker_') || name === '_tuning_objective_metric';

function channel(name) {
  const folder = join(root, 'input/data', name);
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.csv'))
    .sort();
  return files.flatMap((file) => readCsv(readFileSync(join(folder, file), 'utf8')));
}

function train() {
  const { epochs, learning_rate: learningRate, l2 } = hyperparameters();
  const schema = JSON.parse(readFileSync(join(root, 'input/data/train/schema.json'), 'utf8'));
  const { classes } = schema;
  const [rows, held] = [channel('train'), channel('validation')];
  const inputs = describeInputs(rows, schema.inputs);
  const name = schema.target.name;
  const [target] = classes.length
    ? [{ mean: 0, deviation: 1 }]
    : describeInputs(rows, [{ name, type: 'double' }]);
  const truthOf = (row) =>
    classes.length
      ? classes.map((label) => (label === row[name] ? 1 : 0))
      : [(Number(row[name]) - target.mean) / target.deviation];

  const heldNumbers = held.map((row) => numbersOf(row, inputs));
  const heldLoss = (weights) => {
    const losses = held.map((row, place) => {
      const answer = answerOf(heldNumbers[place], { weights, classes, target });
      const own = classes.indexOf(row[name]);
      return classes.length
        ? -Math.log(Math.max(1e-15, answer[own]))
        : (answer[0] - Number(row[name])) ** 2;
    });
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    return classes.length ? mean : Math.sqrt(mean);
  };
  const metric = classes.length ? 'validation_log_loss' : 'validation_rmse';
  const weights = fit(
    rows.map((row) => numbersOf(row, inputs)),
    rows.map(truthOf),
    classes,
    { epochs, learningRate, l2 },
    (step, now) => {
      // Printed like this, SageMaker's metric definition is validation_log_loss=([0-9.e+-]+);
      if (step === epochs || step % 100 === 0)
        console.log(`epoch ${step} ${metric}=${heldLoss(now).toFixed(6)};`);
    },
  );
  mkdirSync(join(root, 'model'), { recursive: true });
  const keep = (name, content) =>
    writeFileSync(join(root, 'model', name), JSON.stringify(content, null, 2));
  keep('model.json', { classes, target, inputs, weights });
  // What the model takes and gives, for people and for the API in front of it.
  keep('schema.json', { ...schema, flavour: 'custom' });
}

try {
  train();
} catch (error) {
  // DescribeTrainingJob shows at most 1,024 characters of it.
  mkdirSync(join(root, 'output'), { recursive: true });
  writeFileSync(join(root, 'output/failure'), String(error.message).slice(0, 1024));
  console.error(error);
  process.exitCode = 1;
}
