import { examine } from '../doctor';
import { formatDiagnosis } from '../format-diagnosis';
import type { Command } from './command';

/** What is well and what is not, each with the command that mends it; changes nothing. */
export const doctor: Command = {
  summary:
    'Says how every file stands and whether wa-ml.json and the tools are well, with the command that mends each; changes nothing.',
  usage: '[--json]',
  examples: [
    'npx wa-ml doctor',
    `npx wa-ml doctor --json | jq '.files[] | select(.state == "conflicted")'`,
  ],
  options: {},
  optionHelp: {},
  run: async ({ root, print }) => {
    const diagnosis = await examine(root);
    print(formatDiagnosis(diagnosis), diagnosis);
    return diagnosis.ok ? 0 : 1;
  },
};
