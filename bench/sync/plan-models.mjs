// plan-models.mjs COUNT: plans a repository of so many models in a process of its own; prints the median time and the most memory.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { readConfiguration } = require('../../packages/config/lib/index.js');
const { planRepo } = require('../../packages/blueprint/lib/index.js');
const {
  configurationText,
  defaultAnswers,
  loadTemplates,
} = require('../../packages/project/lib/index.js');

const textOf = (count) => {
  const models = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`model-${index}`, { flavour: 'pytorch-tabular' }]),
  );
  const empty = JSON.parse(configurationText({ ...defaultAnswers, models: {} }));
  return JSON.stringify({ ...empty, models });
};
const templates = loadTemplates();
const text = textOf(Number(process.argv[2]));
const plan = () => planRepo(readConfiguration(text).normalised, templates);
// Compiled templates and a warm process first, so that the count of models is all that differs.
for (let round = 0; round < 20; round++)
  planRepo(readConfiguration(textOf(10)).normalised, templates);
const times = [];
let files = 0;
for (let round = 0; round < 5; round++) {
  const since = performance.now();
  files = plan().length;
  times.push(performance.now() - since);
}
const ms = times.sort((left, right) => left - right)[2];
process.stdout.write(
  JSON.stringify({ ms, files, megabytes: process.resourceUsage().maxRSS / 1024 }),
);
