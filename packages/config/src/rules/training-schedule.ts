import type { Rule } from './rule';
import { writtenAt } from './written-at';

/** Off-peak: before 6 and from 20 o'clock, and the whole weekend; by the schedule's own clock (SUS-2). */
const dayBegins = 6;
const dayEnds = 20;
const weekend = ['SAT', 'SUN'];

type Found = { what: string; why: string; instead: string };

/** A schedule that EventBridge Scheduler would refuse, or that trains when everybody does. */
export const trainingSchedule: Rule = {
  id: 'training-schedule',
  check: (configuration, written) =>
    Object.values(configuration.models).flatMap((model) => {
      const environment = configuration.trainingEnvironment;
      // Nobody has said yet that the environment is one.
      const schedule = Object.hasOwn(model.in, environment)
        ? model.in[environment]!.training.schedule
        : undefined;
      return schedule
        ? faults(schedule.cron).map((fault) => ({
            path: [...writtenAt(written, model.name, environment, 'training', 'schedule'), 'cron'],
            ...fault,
          }))
        : [];
    }),
};

function faults(cron: string): Found[] {
  const [, hours, dayOfMonth, , dayOfWeek] = cron.slice('cron('.length, -1).split(' ') as string[];
  const found: Found[] = [];
  if ((dayOfMonth === '?') === (dayOfWeek === '?'))
    found.push({
      what: `${cron} names ${dayOfMonth === '?' ? 'neither a day of the month nor one of the week' : 'days of the month and of the week'}.`,
      why: 'EventBridge Scheduler wants exactly one of the two to be "?".',
      instead: 'e.g. cron(0 2 ? * SUN *) or cron(0 2 1 * ? *)',
    });
  const onWeekend = dayOfWeek!.split(',').every((day) => weekend.includes(day));
  const isDay = (hour: string): boolean => Number(hour) >= dayBegins && Number(hour) < dayEnds;
  if (!onWeekend && hours!.split(',').some(isDay))
    found.push({
      what: `${cron} starts in the day of a working week.`,
      why: `Sustainability policy SUS-2 trains off-peak: from ${dayEnds} to ${dayBegins} o'clock, or on the weekend.`,
      instead: 'e.g. cron(0 2 ? * SUN *) with the timeZone of your region',
    });
  return found;
}
