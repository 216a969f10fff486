import type { NormalisedConfiguration } from '@wa-ml/config';
import type { PlannedFile } from '../../planned-file';
import { deployTargets, type DeployTarget } from './deploy-target';
import { checkOut, script, setUpNodeToDeploy } from './steps';
import { workflowFile } from './workflow-file';
import type { Job, Step } from './workflow-syntax';

const heading = `Deploys main to one environment after the other; docs/deployment.md says what GitHub and AWS need for it.
Kept in step with wa-ml.json by \`npx projen\`; what you change here is merged, not lost.`;

/** What the infrastructure is made of: a commit that touches none of it deploys nothing. */
const deployedPaths = [
  'infra/**',
  'releases/**',
  'pipelines/**',
  'wa-ml.json',
  'package-lock.json',
  '.github/workflows/deploy.yml',
];

/** Minutes that a deployment may take, and its credentials live: an IAM role's sessions last an hour unless it says more. */
const deployMinutes = 60;

/** `.github/workflows/deploy.yml`: check, then each environment in the order of wa-ml.json, production after an approval. */
export function deployWorkflow(configuration: NormalisedConfiguration): PlannedFile {
  const jobs: Record<string, Job> = { check: checkJob() };
  let previous = 'check';
  for (const target of deployTargets(configuration)) {
    const { environment, approvalEnvironment } = target;
    if (approvalEnvironment !== undefined) {
      jobs[`approve-${environment.name}`] = approvalJob(
        environment.name,
        approvalEnvironment,
        previous,
      );
      previous = `approve-${environment.name}`;
    }
    jobs[`deploy-${environment.name}`] = deployJob(target, previous);
    previous = `deploy-${environment.name}`;
  }
  return workflowFile('deploy', heading, {
    name: 'Deploy',
    on: { push: { branches: ['main'], paths: deployedPaths }, workflow_dispatch: {} },
    permissions: { contents: 'read' },
    defaults: { run: { shell: 'bash' } },
    jobs,
  });
}

/** Synthesises every environment before the first is touched, and shows the releases to whoever approves. */
function checkJob(): Job {
  return {
    name: 'Check',
    // The other jobs need this one, so that a run by hand on another branch deploys nothing.
    if: "github.ref == 'refs/heads/main'",
    'runs-on': 'ubuntu-24.04',
    permissions: { contents: 'read' },
    concurrency: { group: 'deploy-check', 'cancel-in-progress': false },
    'timeout-minutes': 30,
    steps: [
      checkOut(),
      ...setUpNodeToDeploy(),
      {
        name: 'Synthesise every environment with cdk-nag',
        run: 'npx --no-install nx run infra:synth',
      },
      script('Show the releases', [
        'for file in releases/*.json; do',
        '  printf \'### %s\\n\\n```json\\n\' "$file"',
        '  cat "$file"',
        "  printf '```\\n\\n'",
        'done >> "$GITHUB_STEP_SUMMARY"',
      ]),
    ],
  };
}

/**
 * Waits for a required reviewer. GitHub makes an environment without reviewers when a workflow first names one, and the
 * job would pass at once; so it passes only where the run's history has somebody's approval.
 */
function approvalJob(environment: string, approvalEnvironment: string, needs: string): Job {
  return {
    name: `Approve ${environment}`,
    needs: [needs],
    'runs-on': 'ubuntu-24.04',
    environment: { name: approvalEnvironment },
    permissions: { actions: 'read' },
    // A newer commit takes the place of one that still waits: nobody approves the older one by mistake.
    concurrency: { group: `approve-${environment}`, 'cancel-in-progress': true },
    'timeout-minutes': 10,
    steps: [
      script(
        'Check that somebody approved',
        [
          'approvers="$(gh api "repos/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID/approvals" |',
          '  jq -r --arg name "$APPROVAL_ENVIRONMENT" \'[.[] | select(.state == "approved" and any(.environments[]; .name == $name)) | .user.login] | unique | join(", ")\')"',
          'if [ -z "$approvers" ]; then',
          '  echo "::error title=Nobody approved::The GitHub environment $APPROVAL_ENVIRONMENT let this run pass without a review. Give it required reviewers (docs/deployment.md), then run this workflow again."',
          '  exit 1',
          'fi',
          'echo "Approved by $approvers." | tee -a "$GITHUB_STEP_SUMMARY"',
        ],
        { env: { GH_TOKEN: '${{ github.token }}', APPROVAL_ENVIRONMENT: approvalEnvironment } },
      ),
    ],
  };
}

function deployJob(target: DeployTarget, needs: string): Job {
  const { environment, approvalEnvironment } = target;
  const approved = approvalEnvironment !== undefined;
  return {
    name: `Deploy ${environment.name}`,
    needs: [needs],
    'runs-on': 'ubuntu-24.04',
    environment: { name: target.gitHubEnvironment },
    permissions: { contents: 'read', 'id-token': 'write' },
    // Never cancelled: half a deployment is worse than a late one.
    concurrency: { group: `deploy-${environment.name}`, 'cancel-in-progress': false },
    'timeout-minutes': deployMinutes,
    steps: [
      checkOut(approved ? 0 : 1),
      ...(approved ? [stillOnMain()] : []),
      ...setUpNodeToDeploy(),
      {
        name: `Assume the role of ${environment.name}`,
        uses: 'aws-actions/configure-aws-credentials',
        with: {
          'role-to-assume': `\${{ vars.DEPLOY_ROLE_ARN || '${target.roleArn}' }}`,
          'role-duration-seconds': deployMinutes * 60,
          'role-session-name': `deploy-${environment.name}-\${{ github.run_id }}`,
          'aws-region': environment.region,
          'allowed-account-ids': environment.account,
          audience: target.audience,
        },
      },
      {
        name: `Deploy every stack of ${environment.name}`,
        'working-directory': 'infra',
        run: `npx --no-install cdk deploy --all --concurrency 4 -c environment=${environment.name} --require-approval never`,
      },
    ],
  };
}

/** An approval can come days later, or a job be run again: production then gets what main says, or nothing. */
function stillOnMain(): Step {
  const paths = deployedPaths.map((path) => path.replace(/\/\*\*$/, ''));
  return script('Check that main still says the same', [
    `if ! git diff --quiet HEAD origin/main -- ${paths.join(' ')}; then`,
    '  echo "::error title=Out of date::main has moved on since this commit. Approve the run of its newest commit, or start this workflow by hand on main."',
    '  exit 1',
    'fi',
  ]);
}
