import { endedFamilies, instanceFamily } from '../instances';
import type { Rule } from './rule';
import { writtenAt } from './written-at';

/** Instance families that have ended are refused here, with their replacement, and not at deployment. */
export const endedInstances: Rule = {
  id: 'ended-instances',
  check: (configuration, written) =>
    Object.values(configuration.models).flatMap((model) =>
      Object.entries(model.in).flatMap(([environment, settings]) =>
        (['training', 'endpoint'] as const).flatMap((purpose) => {
          const instanceType = settings[purpose].instanceType;
          const family = instanceFamily(instanceType);
          const replacement =
            family !== undefined && Object.hasOwn(endedFamilies, family)
              ? endedFamilies[family]
              : undefined;
          return replacement === undefined
            ? []
            : [
                {
                  path: writtenAt(written, model.name, environment, purpose, 'instanceType'),
                  what: `${instanceType} is of a family that has ended.`,
                  why: `SageMaker no longer offers ml.${family} to new work.`,
                  instead: replacement,
                },
              ];
        }),
      ),
    ),
};
