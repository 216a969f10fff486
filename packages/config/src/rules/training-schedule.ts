import type { Rule } from './rule';
import { writtenAt } from './written-at';

/** Off-peak: before 6 and from 20 o'clock, and the whole weekend; by the schedule's own clock (SUS-2). */
const dayBegins = 6;
const dayEnds = 20;
const weekend = ['SAT', 'SUN', '7', '1']; // EventBridge counts Sunday as 1

type Found = { what: string; why: string; instead: string };

/** A schedule that EventBridge Scheduler would refuse, or that trains when everybody does. */
export const trainingSchedule: Rule = {
  id: 'training-schedule',
  check: (configuration, written) =>
    Object.values(configuration.models).flatMap((model) => {
      const environment = configuration.trainingEnvironment;
      const schedule = model.in[environment]?.training.schedule;
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
  const onWeekend = dayOfWeek!.split(/[,-]/).every((day) => weekend.includes(day.toUpperCase()));
  const each = hours!.split(',');
  if (!each.every((hour) => /^([01]?\d|2[0-3])$/.test(hour)))
    found.push({
      what: `${cron} starts in a range or a step of hours, "${hours}".`,
      why: 'Each start trains: hours are written one by one, so that nobody trains every hour by a slip.',
      instead: 'e.g. cron(0 2 ? * SUN *)',
    });
  else if (!onWeekend && each.some((hour) => Number(hour) >= dayBegins && Number(hour) < dayEnds))
    found.push({
      what: `${cron} starts in the day of a working week.`,
      why: `Sustainability policy SUS-2 trains off-peak: from ${dayEnds} to ${dayBegins} o'clock, or on the weekend.`,
      instead: 'e.g. cron(0 2 ? * SUN *) with the timeZone of your region',
    });
  return found;
}
