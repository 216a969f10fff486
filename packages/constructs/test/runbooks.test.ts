import { alarms } from '@wa-ml/config';
import { describe, expect, it } from 'vitest';
import { everyPair, everyRelease } from './every-pair';
import { releaseIn, resourcesOf, runbookTemplates, synthesiseExample } from './generated-infra';

const runbooks = runbookTemplates();
const image = (name: string, digit: string) =>
  `111111111111.dkr.ecr.eu-west-1.amazonaws.com/${name}@sha256:${digit.repeat(64)}`;
const schedule = {
  cron: 'cron(0 2 ? * SUN *)',
  trainingImage: image('training', 'b'),
  inferenceImage: image('inference', 'c'),
  gitCommit: '0123456789abcdef0123456789abcdef01234567',
};
/** Everything that alarms can watch: endpoints of every type, an API, a data pipeline. */
const configuration = {
  ...everyPair,
  data: { pipeline: true, datasets: { customers: { models: ['fronted'] } } },
  models: {
    ...everyPair.models,
    fronted: {
      flavour: 'xgboost' as const,
      data: { file: 'data/customers.csv', target: 'churned' },
      endpoint: { api: true },
      training: { schedule },
    },
  },
};
const synthesised = await synthesiseExample({
  configuration,
  environments: ['dev', 'prod'], // the one trains, the other is backed up and copied
  releases: (name) => ({ ...everyRelease(name), ...releaseIn(name, 'fronted') }),
});

describe('runbooks', () => {
  it('there is one for every alarm, and no other', () => {
    expect(
      Object.keys(runbooks)
        .map((name) => `runbooks/${name}`)
        .sort(),
    ).toEqual(alarms.map((alarm) => alarm.runbook).sort());
  });

  it('every alarm in the templates links to one, and every kind of alarm is in the templates', () => {
    const linked = resourcesOf(synthesised, 'AWS::CloudWatch::Alarm').map(
      ({ Properties, id }) =>
        /Runbook: runbooks\/(\S+)$/.exec(Properties.AlarmDescription)?.[1] ?? `none in ${id}`,
    );
    const kinds = alarms
      .filter(({ metric }) => metric.kind === 'metric')
      .map(({ id }) => `${id}.md`);
    expect([...new Set(linked)].sort()).toEqual(kinds.sort());
    expect(resourcesOf(synthesised, 'AWS::Budgets::Budget').length).toBeGreaterThan(0);
  });

  it('every alarm that is no scaling signal tells the topic, when it starts and when it is over', () => {
    for (const { Properties } of resourcesOf(synthesised, 'AWS::CloudWatch::Alarm')) {
      const scaling = /endpoint-((cpu|gpu)-(high|low)|waiting)$/.test(Properties.AlarmName);
      expect(JSON.stringify(Properties.AlarmActions)).toMatch(
        scaling ? /Endpoint(Challenger)?Scaling/ : /AlarmTopic/,
      );
      expect(Properties.OKActions === undefined).toBe(scaling);
    }
  });

  it.each(alarms.map((alarm) => [alarm.id, alarm] as const))(
    '%s says what to do, in the same places as the others',
    (id, alarm) => {
      const text = runbooks[`${id}.md`]!;
      expect(text.startsWith(`# ${alarm.title}\n`)).toBe(true);
      expect([...text.matchAll(/^## (.+)$/gm)].map((match) => match[1])).toEqual([
        'What it means',
        'How bad it is',
        'First five minutes',
        'Likely causes',
        'Mend',
        'Roll back',
        'Escalate',
        'Afterwards',
      ]);
      expect(text).toMatch(/```sh\n(.|\n)*aws /);
      if (alarm.rollsBack) expect(text).toContain('git revert');
      const command = /--metric-name (\S+)/.exec(text)?.[1];
      if (command && alarm.metric.kind === 'metric') expect(command).toBe(alarm.metric.name);
    },
  );
});
