import { needsHighAvailability } from '../normalise';
import type { Rule } from './rule';

/** Endpoints stop at night where nobody depends on them, and on the day on which they have started. */
export const workingHoursFit: Rule = {
  id: 'working-hours',
  check: (configuration) =>
    Object.values(configuration.environments).flatMap((environment) => {
      const { name, workingHours } = environment;
      if (!workingHours) return [];
      const path = ['environments', name, 'workingHours'];
      if (needsHighAvailability(environment)) {
        return [
          {
            path,
            what: `the endpoints of "${name}" would stop every night.`,
            why: 'Reliability policy REL-3: production and critical environments are there 99.9 % of the time.',
            instead: 'nothing: leave it out',
          },
        ];
      }
      const { start, stop } = workingHours;
      return start < stop
        ? []
        : [
            {
              path,
              what: `the endpoints of "${name}" would stop at ${stop} and start at ${start}.`,
              why: 'They stop on the day on which they start: the two schedules run on the same weekdays.',
              instead: 'a stop that is later than the start, or false to keep them on',
            },
          ];
    }),
};
