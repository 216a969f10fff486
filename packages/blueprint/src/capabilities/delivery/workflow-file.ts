import type { PlannedFile } from '../../planned-file';
import { versions, type ActionName } from '../../versions';
import { yamlFile } from '../../yaml-file';
import type { Job, Step, Workflow } from './workflow-syntax';

/** A workflow as a managed file of `.github/workflows/`, its actions by commit with the tag as a comment. */
export function workflowFile(name: string, heading: string, workflow: Workflow): PlannedFile {
  const jobs = Object.fromEntries(
    Object.entries(workflow.jobs).map(([id, job]) => [id, pinned(job)]),
  );
  return yamlFile(
    `.github/workflows/${name}.yml`,
    'managed',
    { ...workflow, jobs },
    {
      heading,
      spaced: ['jobs'],
      commentOn: (key, value) => (key === 'uses' ? tags.get(value) : reasons[key]),
    },
  );
}

/** Why a job has more than the right to read the code. */
const reasons: Readonly<Record<string, string>> = {
  'id-token': 'to assume the role in AWS',
  actions: 'to read who approved',
};

/** Reference by commit -> tag. */
const tags = new Map<string, string>(
  (Object.keys(versions.actions) as ActionName[]).map((action) => [
    reference(action),
    versions.actions[action].tag,
  ]),
);

function reference(action: ActionName): string {
  return `${action}@${versions.actions[action].sha}`;
}

function pinned(job: Job): object {
  return {
    ...job,
    steps: job.steps.map((step: Step) =>
      'uses' in step ? { ...step, uses: reference(step.uses) } : step,
    ),
  };
}
