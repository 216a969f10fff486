// The README's test command: sets itself up on a clean clone, runs everything, counts from the runners' own reports.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pack } from './build.mjs';
import {
  dataPipelineFolder,
  installCoverage,
  installPythonEnvironment,
  pythonProgram,
  runtimeFolder,
} from './python.mjs';
import { CommandError, installNodePackages, root, run, step, tool } from './steps.mjs';

const deep = process.argv.includes('--deep');
const reports = join(root, 'tmp', 'reports');
const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];

/** A check that is one claim: it passes or fails as a whole. */
async function check(title, work) {
  try {
    await step(title, work);
    total.passed++;
  } catch (error) {
    total.failed++;
    failures.push(`${title}\n${error.message}`);
    process.stderr.write(`${error.message}\n`);
  }
}

/** A runner with a report of its own; if it dies without one, that is one failure. */
async function runner(title, report, work, count) {
  rmSync(report, { force: true });
  let crashed;
  try {
    await step(title, work);
  } catch (error) {
    crashed = error;
  }
  const counted = existsSync(report)
    ? count(readFileSync(report, 'utf8'))
    : { passed: 0, failed: 0, skipped: 0 };
  if (crashed && counted.failed === 0) counted.failed = 1;
  if (crashed) failures.push(title);
  for (const key of Object.keys(total)) total[key] += counted[key];
  process.stderr.write(
    `  ${title}: ${counted.passed} passed, ${counted.failed} failed, ${counted.skipped} skipped\n`,
  );
}

function vitestCounts(text) {
  const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites, testResults } =
    JSON.parse(text);
  // A file that could not even be loaded has no tests: it counts as one failure.
  const unloaded = testResults.filter(
    (file) =>
      file.status === 'failed' && file.assertionResults.every(({ status }) => status !== 'failed'),
  ).length;
  return {
    passed: numPassedTests,
    failed: numFailedTests + (numFailedTestSuites > 0 ? unloaded : 0),
    skipped: numPendingTests,
  };
}

function junitCounts(text) {
  const sums = { tests: 0, failures: 0, errors: 0, skipped: 0 };
  for (const [suite] of text.matchAll(/<testsuite [^>]*>/g)) {
    for (const key of Object.keys(sums))
      sums[key] += Number(new RegExp(`\\b${key}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  }
  return {
    passed: sums.tests - sums.failures - sums.errors - sums.skipped,
    failed: sums.failures + sums.errors,
    skipped: sums.skipped,
  };
}

/** @param chosen files, or what leaves some out, as vitest takes them. Default: all of the configuration. */
async function vitest(title, name, config, chosen = []) {
  const report = join(reports, `${name}.json`);
  await runner(
    title,
    report,
    () =>
      tool(
        'vitest',
        [
          'run',
          ...chosen,
          '--config',
          config,
          '--reporter=default',
          '--reporter=json',
          `--outputFile.json=${report}`,
        ],
        { shown: true, env: { NO_COLOR: '1', WA_ML_DEEP: deep ? '1' : '' } },
      ),
    vitestCounts,
  );
}

const measured = join(root, 'tmp', 'coverage');
const coverageRules = `--rcfile=${join(root, 'tools/coverage.ini')}`;
const python = (cwd, ...args) =>
  run(pythonProgram('python'), ['-m', ...args], {
    cwd,
    shown: 'whole',
    env: { WA_ML_DEEP: deep ? '1' : '', COVERAGE_FILE: join(measured, 'data') },
  });

/**
 * Tests of a Python project; the deep ones note which of the runtime's code they run.
 * @param marked which of them, as pytest's -m takes it. Default: all.
 */
async function pytest(title, cwd, marked) {
  const junit = join(reports, `${title.replace(/\W+/g, '-')}.xml`);
  const tests = ['pytest', `--junitxml=${junit}`, ...(marked ? ['-m', marked] : [])];
  const measures = deep && cwd === runtimeFolder;
  const program = measures ? ['coverage', 'run', coverageRules, '-m', ...tests] : tests;
  await runner(title, junit, () => python(cwd, ...program), junitCounts);
}

/** Two lanes of about the same length; images are built in one of them, one after the other. */
const endToEnd = 'vitest.e2e.config.mts';
const lanes = [
  [
    () => pytest('ml-runtime', runtimeFolder, 'not alone'),
    () => vitest('Images', 'images', endToEnd, ['container', 'image.test']),
  ],
  [
    () => vitest('End to end', 'e2e', endToEnd, ['--exclude', '**/{container,*-image}.test.ts']),
    () => pytest('data-pipeline', dataPipelineFolder),
  ],
];

async function checkCoverage() {
  await check('ml-runtime: its tests run at least 90 % of its lines and branches', async () => {
    await python(runtimeFolder, 'coverage', 'combine', '--quiet', coverageRules);
    await python(runtimeFolder, 'coverage', 'report', coverageRules);
  });
}

/** Runs works side by side: each of them leaves one of the two cores alone for most of its time. */
async function sideBySide(...lanes) {
  await Promise.all(
    lanes.map(async (works) => {
      for (const work of works) await work();
    }),
  );
}

const pythonProjects = { 'ml-runtime': runtimeFolder, 'data-pipeline': dataPipelineFolder };

/** Linters and types of the Python projects. */
const pythonChecks = Object.entries(pythonProjects).flatMap(([project, cwd]) =>
  [
    ['ruff', ['check', '.']],
    ['ruff', ['format', '--check', '.']],
    ['mypy', []],
  ].map(
    ([name, args]) =>
      () =>
        check(`${project}: ${[name, ...args].join(' ')}`, () =>
          run(pythonProgram(name), args, { cwd }),
        ),
  ),
);

const repositoryChecks = [
  () =>
    check('Layers, purity and layout', () => run(process.execPath, [join(root, 'tools/lint.mjs')])),
  () =>
    check('This repository is in step with .projenrc.ts', async () => {
      const before = await run('git', ['status', '--porcelain']);
      await run(process.execPath, ['-r', 'ts-node/register/transpile-only', '.projenrc.ts'], {
        env: { PROJEN_DISABLE_POST: 'true' },
      });
      const after = await run('git', ['status', '--porcelain']);
      if (after !== before) throw new CommandError(`projen changed:\n${after}`);
    }),
];

async function main() {
  mkdirSync(reports, { recursive: true });
  await installNodePackages();
  await pack();
  // First: linters that walk the folders should not meet an environment that is being written.
  await installPythonEnvironment();
  await sideBySide(repositoryChecks, pythonChecks);
  await vitest('Unit and property tests', 'unit', 'vitest.config.mts');
  if (deep) {
    rmSync(measured, { recursive: true, force: true });
    mkdirSync(measured, { recursive: true });
    await installCoverage();
  }
  await sideBySide(...lanes);
  await pytest('ml-runtime, alone on the machine', runtimeFolder, 'alone');
  if (deep) await checkCoverage();
}

try {
  await main();
} catch (error) {
  total.failed++;
  failures.push(error instanceof CommandError ? error.message : error.stack);
}
if (failures.length > 0)
  process.stdout.write(`\nFailed:\n${failures.map((text) => `- ${text}`).join('\n')}\n`);
if (total.skipped > 0) process.stdout.write(`${total.skipped} skipped: each says why above.\n`);
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
