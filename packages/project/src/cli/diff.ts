import { differences, type Difference } from '../differences';
import { WaMlProject } from '../wa-ml-project';
import type { Command } from './command';
import { repositoryPath } from './repository-path';

/** What `npx projen` would change; changes nothing. */
export const diff: Command = {
  summary:
    'Shows what npx projen would change, and of a conflict what we changed; changes nothing.',
  usage: '[PATH...] [--json]',
  examples: ['npx wa-ml diff', 'npx wa-ml diff README.md'],
  options: {},
  optionHelp: {},
  run: ({ root, positionals, print }) => {
    const paths = positionals.map((path) => repositoryPath(root, path));
    const found = differences(root, new WaMlProject({ root }).plan(), paths);
    print(found.length === 0 ? 'Nothing would change.\n' : found.map(shown).join(''), {
      files: found,
    });
    return 0;
  },
};

function shown({ path, kind, diff: text }: Difference): string {
  const notes: Partial<Record<Difference['kind'], string>> = {
    conflict: `# ${path} is in conflict: this is what we changed; make it fit, then npx wa-ml resolve ${path}\n`,
    'no-base': `# ${path} is edited, and our last version is not to be had: from yours to ours\n`,
    occupied: `# ${path} is not ours: from yours to what we would write\n`,
  };
  return `${notes[kind] ?? ''}${text}`;
}
