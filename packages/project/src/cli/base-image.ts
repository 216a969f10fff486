import { versions } from '@wa-ml/blueprint';
import { readConfiguration, WaMlError } from '@wa-ml/config';
import { readConfigurationText } from '../keep-in-step';
import { UsageError, type Command } from './command';

/** Nobody has said yet which bytes an image shall be built on. */
export class BaseImageError extends WaMlError {
  constructor(purpose: string, name: string) {
    super(
      {
        code: 'BASE_IMAGE_WITHOUT_DIGEST',
        what: `The base image of ${purpose} (${name}) has no digest.`,
        why: 'A tag can move; an image is only built on a base that is named by its digest (SEC-8).',
        next: `Look it up (docker buildx imagetools inspect ${name}) and write "baseImages": { "${purpose}": "${name.split(':')[0]}@sha256:..." } into wa-ml.json.`,
      },
      1,
    );
  }
}

/** Prints the reference that a Dockerfile's BASE_IMAGE argument gets. */
export const baseImage: Command = {
  summary: 'Prints the base image, by digest, that a Dockerfile is built on.',
  usage: 'training|inference [--json]',
  examples: ['docker build --build-arg BASE_IMAGE="$(npx wa-ml base-image inference)" ...'],
  options: {},
  optionHelp: {},
  run: ({ root, positionals: [purpose], print }) => {
    if (purpose !== 'training' && purpose !== 'inference') {
      throw new UsageError(
        'Which base image?',
        'Say wa-ml base-image training or wa-ml base-image inference.',
      );
    }
    const { normalised } = readConfiguration(readConfigurationText(root));
    const { name, digest } = versions.baseImages[purpose];
    const reference =
      normalised.baseImages[purpose] ??
      (digest === undefined ? undefined : `${name.split(':')[0]}@${digest}`);
    if (reference === undefined) throw new BaseImageError(purpose, name);
    print(`${reference}\n`, { image: reference });
    return 0;
  },
};
