import { z } from 'zod';
import { limits } from './limits';

/** EventBridge Scheduler puts the time in, e.g. `2026-11-22T02:00:00Z`: each start has a data version of its own. */
export const scheduledTime = '<aws.scheduler.scheduled-time>';

const imageByDigest = z
  .string()
  .regex(limits.imageByDigest, 'is no image by digest (name@sha256:<64 hexadecimal digits>)');

const day = '(SUN|MON|TUE|WED|THU|FRI|SAT)';
const hour = '(1?\\d|2[0-3])';
const cronPattern = new RegExp(
  `^cron\\([1-5]?\\d ${hour}(,${hour})* (\\?|\\*|L|[1-9]|[12]\\d|3[01]) (\\*|[1-9]|1[0-2]) (\\?|\\*|${day}([,-]${day})*) \\*\\)$`,
);
/** Areas of the IANA database. */
const timeZonePattern =
  /^(UTC|(Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)\/[A-Za-z_]+(\/[A-Za-z_]+)?)$/;

export const scheduleSchema = z
  .strictObject({
    cron: z
      .string()
      .regex(
        cronPattern,
        'is no cron(minute hour,... day-of-month month day-of-week *) with hours written one by one, so that nobody trains every hour by a slip; a rate(...) has no time of day and cannot be off-peak',
      )
      .describe('When, as EventBridge Scheduler writes it: cron(0 2 ? * SUN *).'),
    timeZone: z
      .string()
      .regex(timeZonePattern, 'is no time zone, such as Europe/Berlin')
      .refine(isTimeZone, 'is no time zone, such as Europe/Berlin')
      .optional()
      .describe('Whose clock; daylight saving included. Default: UTC.'),
    trainingImage: imageByDigest.describe('Image that trains.'),
    inferenceImage: imageByDigest.describe('Image that will serve.'),
    gitCommit: z
      .string()
      .regex(/^[0-9a-f]{40}$/, 'is no full Git commit')
      .describe('Commit that both images were built from.'),
    dataVersion: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'is no name of a folder')
      .optional()
      .describe(
        'Folder below <model>/raw/ in the data bucket. Default: the scheduled time, e.g. 2026-11-22T02:00:00Z, so that nothing is taken from the cache.',
      ),
  })
  .describe('When the model is trained again without being asked (the environment that trains).');

type WrittenSchedule = z.infer<typeof scheduleSchema>;

/** A schedule with its defaults filled. */
export interface ScheduleSettings extends WrittenSchedule {
  readonly timeZone: string;
  readonly dataVersion: string;
}

export function normaliseSchedule(written: WrittenSchedule): ScheduleSettings {
  return {
    ...written,
    timeZone: written.timeZone ?? 'UTC',
    dataVersion: written.dataVersion ?? scheduledTime,
  };
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
