import type { EndpointSettings } from '@wa-ml/config';
import { refused, type Release } from './release';

type Asked = Pick<EndpointSettings, 'type' | 'rollout' | 'containers'>;

/** Which rollout a second release belongs to. */
const seconds = { challenger: 'ab', shadow: 'shadow' } as const;

/**
 * Whether a release is one for the endpoint that wa-ml.json asks for.
 * @param where e.g. `releases/prod.json: churn`
 * @throws InputError where they contradict each other
 */
export function requireFitting(release: Release, settings: Asked, where: string): void {
  for (const [name, rollout] of Object.entries(seconds)) {
    const second = release[name as keyof typeof seconds];
    if (second === undefined) continue;
    if (settings.rollout !== rollout) {
      throw refused(
        `${where}.${name}`,
        `The endpoint rolls out by "${settings.rollout}", which has no ${name}.`,
        `Take it out, or write "rollout": "${rollout}" into wa-ml.json.`,
      );
    }
    requireContainers(second, settings, `${where}.${name}`);
  }
  requireContainers(release, settings, where);
}

function requireContainers(release: Release, { type, containers }: Asked, where: string): void {
  const released = (release.containers ?? []).map(({ hostname }) => hostname);
  if (type === 'inferencePipeline') {
    if (containers && released.join() === containers.join()) return;
    throw refused(
      `${where}.containers`,
      `The package has ${released.length === 0 ? 'one container' : released.join(', ')}, and wa-ml.json names ${containers?.join(', ')} in this order.`,
      'Promote a package that was registered with these containers, or change endpoint.containers.',
    );
  }
  if (released.length > 1) {
    throw refused(
      `${where}.containers`,
      `The package has ${released.length} containers and the type ${type} runs one.`,
      'Write "type": "inferencePipeline" and its "containers" into wa-ml.json, or promote another package.',
    );
  }
}
