import { filesOnDisk, planActions } from '../keep-in-step';
import { formatReport, wanting } from '../report';
import { WaMlProject } from '../wa-ml-project';
import type { Command } from './command';

/** What `npx projen` would do; changes nothing. */
export const status: Command = {
  summary: 'Says which files are in step with wa-ml.json, edited, or out of step; changes nothing.',
  usage: '[--json]',
  examples: ['npx wa-ml status'],
  options: {},
  optionHelp: {},
  run: ({ root, print }) => {
    const { actions } = planActions(root, new WaMlProject({ root }).plan(), filesOnDisk(root));
    const notInStep = actions.filter(
      ({ kind }) => kind !== 'unchanged' && kind !== 'keep' && kind !== 'deleted',
    );
    print(formatReport({ actions }), {
      inStep: notInStep.length === 0,
      files: actions
        .filter(({ kind }) => kind !== 'unchanged')
        .map(({ kind, path, why }) => ({ kind, path, why })),
    });
    if (notInStep.some(({ kind }) => !wanting.has(kind)))
      process.stderr.write('Run `npx projen` to bring the repository in step.\n');
    return notInStep.length === 0 ? 0 : 1;
  },
};
