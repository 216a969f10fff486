import { z } from 'zod';

const weekday = '(SUN|MON|TUE|WED|THU|FRI|SAT)';
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is no time of day (HH:MM)');

/** When endpoints outside of production run: part of an environment in wa-ml.json. */
export const workingHoursSchema = z
  .union([
    z.literal(false),
    z.strictObject({
      start: time.optional().describe('When endpoints start. Default: 07:00.'),
      stop: time
        .optional()
        .describe(
          'When they stop, on the same day; nothing of them is billed then. Default: 19:00.',
        ),
      days: z
        .string()
        .regex(new RegExp(`^${weekday}([-,]${weekday})*$`), 'is no list or range of weekdays')
        .optional()
        .describe('Weekdays on which they run, e.g. MON-FRI or MON,WED. Default: MON-FRI.'),
      timeZone: z
        .string()
        .refine(isTimeZone, 'is no IANA time zone')
        .optional()
        .describe('IANA time zone. Default: that of the region.'),
    }),
  ])
  .optional()
  .describe(
    'When endpoints run that cost while nobody calls; an instance that runs 60 of the 168 hours of a week costs 36 %. false: always. Default: 07:00 to 19:00, MON-FRI, outside of production; always in production and where it is critical.',
  );

export type WrittenWorkingHours = z.infer<typeof workingHoursSchema>;

/** With every default filled. */
export interface WorkingHours {
  readonly start: string;
  readonly stop: string;
  readonly days: string;
  readonly timeZone: string;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Where the people of a region are likely to work. Source: AWS's list of regions and where each lies. */
const timeZones: Readonly<Record<string, string>> = {
  'af-south-1': 'Africa/Johannesburg',
  'ap-east-1': 'Asia/Hong_Kong',
  'ap-northeast-1': 'Asia/Tokyo',
  'ap-northeast-2': 'Asia/Seoul',
  'ap-northeast-3': 'Asia/Tokyo',
  'ap-south-1': 'Asia/Kolkata',
  'ap-south-2': 'Asia/Kolkata',
  'ap-southeast-1': 'Asia/Singapore',
  'ap-southeast-2': 'Australia/Sydney',
  'ap-southeast-3': 'Asia/Jakarta',
  'ap-southeast-4': 'Australia/Melbourne',
  'ca-central-1': 'America/Toronto',
  'ca-west-1': 'America/Edmonton',
  'eu-central-1': 'Europe/Berlin',
  'eu-central-2': 'Europe/Zurich',
  'eu-north-1': 'Europe/Stockholm',
  'eu-south-1': 'Europe/Rome',
  'eu-south-2': 'Europe/Madrid',
  'eu-west-1': 'Europe/Dublin',
  'eu-west-2': 'Europe/London',
  'eu-west-3': 'Europe/Paris',
  'il-central-1': 'Asia/Jerusalem',
  'me-central-1': 'Asia/Dubai',
  'me-south-1': 'Asia/Bahrain',
  'mx-central-1': 'America/Mexico_City',
  'sa-east-1': 'America/Sao_Paulo',
  'us-east-1': 'America/New_York',
  'us-east-2': 'America/New_York',
  'us-west-1': 'America/Los_Angeles',
  'us-west-2': 'America/Los_Angeles',
};

/** The time zone of an environment: what its working hours say, else its region's, else UTC. */
export function timeZoneOf(region: string, written: WrittenWorkingHours): string {
  return (written || undefined)?.timeZone ?? timeZones[region] ?? 'Etc/UTC';
}

/**
 * When the endpoints of an environment run; undefined: always.
 * @param alwaysOn whether the high-availability policy binds there.
 */
export function workingHours(
  written: WrittenWorkingHours,
  region: string,
  alwaysOn: boolean,
): WorkingHours | undefined {
  if (written === false || (written === undefined && alwaysOn)) return undefined;
  return {
    start: written?.start ?? '07:00',
    stop: written?.stop ?? '19:00',
    days: written?.days ?? 'MON-FRI',
    timeZone: timeZoneOf(region, written),
  };
}
