import type { Decision } from '@wa-ml/blueprint';
import { carryOut } from '../decisions';
import { WaMlProject } from '../wa-ml-project';
import { UsageError, type Command } from './command';
import { repositoryPath } from './repository-path';

/** Takes our version of a file, and follows it again. */
export const adopt = decisionCommand('adopt', {
  summary:
    'Takes our version of a file, also where you deleted or ejected it, and follows it again.',
  usage: 'PATH... [--force] [--json]',
  examples: ['npx wa-ml adopt README.md', 'npx wa-ml adopt infra --force'],
  options: { force: { type: 'boolean' } },
  optionHelp: { force: 'Also where Git does not have what would be lost.' },
});

/** Says that a conflict is solved by what stands in the file. */
export const resolve = decisionCommand('resolve', {
  summary: 'Says that a conflict is solved as the file stands: our next change is merged into it.',
  usage: 'PATH... [--json]',
  examples: ['npx wa-ml resolve README.md'],
  options: {},
  optionHelp: {},
});

/** Parts a file from us. */
export const eject = decisionCommand('eject', {
  summary: 'Makes a file yours: it is never written, moved or deleted by us again.',
  usage: 'PATH... [--json]',
  examples: ['npx wa-ml eject .github/workflows/ci.yml', 'npx wa-ml eject runbooks'],
  options: {},
  optionHelp: {},
});

function decisionCommand(decision: Decision, command: Omit<Command, 'run'>): Command {
  return {
    ...command,
    run: ({ root, positionals, values, print }) => {
      if (positionals.length === 0)
        throw new UsageError(`What shall be done with which file?`, `Say wa-ml ${decision} PATH.`);
      const { actions } = carryOut(
        root,
        decision,
        new WaMlProject({ root }).plan(),
        positionals.map((path) => repositoryPath(root, path)),
        values['force'] === true,
      );
      const files = actions.map(({ kind, path, why }) => ({ kind, path, why }));
      print(files.map(({ path, why }) => `${path}  ${why}\n`).join(''), { files });
      return 0;
    },
  };
}
