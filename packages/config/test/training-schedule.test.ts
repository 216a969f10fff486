import { ConfigurationError, formatPath, readConfiguration } from '@wa-ml/config';
import { describe, expect, it } from 'vitest';

const image = (name: string) =>
  `111111111111.dkr.ecr.eu-west-1.amazonaws.com/${name}@sha256:${'a'.repeat(64)}`;
const read = (schedule: object) =>
  readConfiguration(
    JSON.stringify({
      name: 'acme-ml',
      owner: 'ml@acme.example',
      environments: { dev: { tier: 'development', account: '111111111111', region: 'eu-west-1' } },
      models: {
        churn: {
          flavour: 'pytorch-tabular',
          training: {
            schedule: {
              cron: 'cron(0 2 ? * SUN *)',
              trainingImage: image('training'),
              inferenceImage: image('inference'),
              gitCommit: '0'.repeat(40),
              ...schedule,
            },
          },
        },
      },
    }),
  );
const problemsOf = (schedule: object): string[] => {
  try {
    read(schedule);
  } catch (error) {
    if (error instanceof ConfigurationError)
      return error.problems.map(({ path, what, why }) => `${formatPath(path)}: ${what} ${why}`);
    throw error;
  }
  return [];
};

describe('a training schedule', () => {
  it('runs by UTC and on data of its own time where nothing else is said', () => {
    expect(read({}).normalised.models['churn']!.in['dev']!.training.schedule).toMatchObject({
      timeZone: 'UTC',
      dataVersion: '<aws.scheduler.scheduled-time>',
    });
  });

  it.each([
    'cron(0 2 ? * SUN *)',
    'cron(30 23 1 * ? *)',
    'cron(0 5,20 ? * MON-FRI *)',
    'cron(0 12 ? * SAT,SUN *)', // the weekend is off-peak all day
  ])('takes %s', (cron) => expect(problemsOf({ cron })).toEqual([]));

  it.each([
    ['rate(1 day)', /no time of day/],
    ['cron(0 2 * * *)', /is no cron/],
    ['cron(0 2 ? * SUNDAY *)', /is no cron/],
    ['cron(0 2 * * SUN *)', /exactly one of the two to be "\?"/],
    ['cron(0 2 ? * ? *)', /neither a day of the month nor one of the week/],
    ['cron(0 * ? * SUN *)', /hours written one by one/],
    ['cron(0 0-5 ? * SUN *)', /hours written one by one/],
    ['cron(0 9 ? * MON *)', /SUS-2/],
    ['cron(0 9 ? * SUN-SAT *)', /SUS-2/], // the whole week
    ['cron(0 2,14 1 * ? *)', /SUS-2/],
  ])('refuses %s', (cron, why) => {
    const problems = problemsOf({ cron });
    expect(problems.join('\n')).toMatch(why);
    expect(problems[0]).toMatch(/^models\.churn\.training\.schedule\.cron/);
  });

  it.each([
    [{ timeZone: 'Europe/Berln' }, /time zone/],
    [{ trainingImage: 'images:latest' }, /by digest/],
    [{ gitCommit: 'main' }, /full Git commit/],
    [{ dataVersion: 'a/b' }, /name of a folder/],
  ])('refuses %j', (schedule, why) => expect(problemsOf(schedule).join('\n')).toMatch(why));
});
