import type { NormalisedConfiguration } from '@wa-ml/config';
import type { PlannedFile } from '../../planned-file';
import { versions } from '../../versions';
import { checkOut, script, setUpNode, setUpPython } from './steps';
import { workflowFile } from './workflow-file';
import type { Job, Step } from './workflow-syntax';

const heading = `Checks every pull request and every commit on main.
Kept in step with wa-ml.json by \`npx projen\`; what you change here is merged, not lost.`;

/** `.github/workflows/ci.yml`: what must hold before a change may be merged. */
export function ciWorkflow(configuration: NormalisedConfiguration): PlannedFile {
  return workflowFile('ci', heading, {
    name: 'CI',
    on: { pull_request: {}, push: { branches: ['main'] } },
    permissions: { contents: 'read' },
    concurrency: {
      group: 'ci-${{ github.ref }}',
      // A newer commit of a pull request makes the older run pointless; on main each commit keeps its verdict.
      'cancel-in-progress': "${{ github.event_name == 'pull_request' }}",
    },
    defaults: { run: { shell: 'bash' } },
    jobs: {
      lint: lintJob(configuration),
      test: testJob(configuration),
      synth: synthJob(),
      'in-step': inStepJob(),
      workflows: workflowsJob(),
    },
  });
}

/** Style and types: TypeScript here, and each project's own `lint`. */
function lintJob(configuration: NormalisedConfiguration): Job {
  return check('Lint and types', 30, [
    checkOut(2),
    ...setUpNode(),
    ...python(configuration),
    {
      name: 'Check the types of .projenrc.ts',
      run: 'npx --no-install tsc --project tsconfig.json',
    },
    nxStep('lint'),
  ]);
}

function testJob(configuration: NormalisedConfiguration): Job {
  return check('Tests', 60, [
    checkOut(2),
    ...setUpNode(),
    ...python(configuration),
    nxStep('test'),
  ]);
}

/** Every environment, since each has its own tier; cdk-nag fails the synthesis on a finding. */
function synthJob(): Job {
  return check('Synthesis with cdk-nag', 30, [
    checkOut(),
    ...setUpNode(),
    { name: 'Synthesise every environment', run: 'npx --no-install nx run infra:synth' },
  ]);
}

/** All history, because an edited file of ours is compared with what we once wrote into it, and that is a blob of Git. */
function inStepJob(): Job {
  return check('In step with wa-ml.json', 15, [
    checkOut(0),
    ...setUpNode(),
    { name: 'Check that Nx has nothing to bring in step', run: 'npx --no-install nx sync:check' },
    { name: 'Check that our files are in step', run: 'npx --no-install wa-ml doctor' },
  ]);
}

/** The runner has Go and shellcheck; Go checks the module against its public checksum database. */
function workflowsJob(): Job {
  return check('Workflows', 10, [
    checkOut(),
    {
      name: 'Run actionlint',
      run: `go run github.com/rhysd/actionlint/cmd/actionlint@v${versions.tools.actionlint}`,
    },
  ]);
}

function check(name: string, minutes: number, steps: readonly Step[]): Job {
  return {
    name,
    'runs-on': 'ubuntu-24.04',
    permissions: { contents: 'read' },
    'timeout-minutes': minutes,
    steps,
  };
}

/** Without a model nothing needs Python. */
function python({ models }: NormalisedConfiguration): Step[] {
  return Object.keys(models).length === 0 ? [] : setUpPython();
}

/**
 * A target of what a pull request touches, or of everything on main.
 * GitHub checks a pull request out merged into its base, so that the first parent is the base: two commits of history do.
 */
function nxStep(target: 'lint' | 'test'): Step {
  return script(`Run ${target}: what a pull request touches, everything on main`, [
    'if [ "$GITHUB_EVENT_NAME" = pull_request ]; then',
    `  npx --no-install nx affected -t ${target} --base=HEAD^1 --head=HEAD`,
    'else',
    `  npx --no-install nx run-many -t ${target}`,
    'fi',
  ]);
}
