import { App, Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SpendBudget } from '@wa-ml/constructs';
import { describe, expect, it } from 'vitest';
import { example, resourcesOf, synthesiseExample } from './generated-infra';

const synthesised = await synthesiseExample();
const budgets = resourcesOf(synthesised, 'AWS::Budgets::Budget').map(
  ({ Properties }) => Properties,
);

describe('budgets', () => {
  it('are 100, 500 and 4000 US dollars for the environments and 2000 for the production endpoint', () => {
    expect(
      Object.fromEntries(
        budgets.map(({ Budget }) => [Budget.BudgetName, Budget.BudgetLimit.Amount]),
      ),
    ).toEqual({
      'acme-ml-dev': 100,
      'acme-ml-staging': 500,
      'acme-ml-prod': 4000,
      'acme-ml-diagnosis-prod-endpoint': 2000,
    });
  });

  it('are there for an endpoint outside of production where its environment says so', async () => {
    const models = {
      diagnosis: {
        flavour: 'pytorch-tabular' as const,
        endpoint: { budgetUsd: 3000 },
        environments: { dev: { endpoint: { budgetUsd: 60 } } },
      },
    };
    const found = resourcesOf(
      await synthesiseExample({ configuration: { ...example, models } }),
      'AWS::Budgets::Budget',
    );
    expect(
      found
        .map(({ Properties: { Budget } }) => [Budget.BudgetName, Budget.BudgetLimit.Amount])
        .filter(([name]) => name.endsWith('-endpoint')),
    ).toEqual([
      ['acme-ml-diagnosis-dev-endpoint', 60],
      ['acme-ml-diagnosis-prod-endpoint', 3000],
    ]);
  });

  it('tell the owner at 50, 80 and 100 % of the spend and at 100 % of the forecast', () => {
    for (const { NotificationsWithSubscribers } of budgets) {
      expect(
        NotificationsWithSubscribers.map(
          ({ Notification: { NotificationType, Threshold } }: any) =>
            `${NotificationType} ${Threshold}`,
        ),
      ).toEqual(['ACTUAL 50', 'ACTUAL 80', 'ACTUAL 100', 'FORECASTED 100']);
      for (const { Subscribers } of NotificationsWithSubscribers) {
        expect(Subscribers[0]).toEqual({
          SubscriptionType: 'EMAIL',
          Address: 'ml-platform@acme.example',
        });
        expect(Subscribers[1].SubscriptionType).toBe('SNS');
      }
    }
  });

  it('count what carries the tags that the resources really have', () => {
    const tagsOf = (stack: string, type: string): Record<string, string> =>
      Object.fromEntries(
        resourcesOf(synthesised, type)
          .find((resource) => resource.stack === stack)!
          .Properties.Tags.map(({ Key, Value }: any) => [Key, Value]),
      );
    const endpoint = tagsOf('acme-ml-prod-serving-diagnosis', 'AWS::SageMaker::Endpoint');
    expect(endpoint).toMatchObject({
      project: 'acme-ml',
      environment: 'prod',
      model: 'diagnosis',
      capability: 'serving',
      owner: 'ml-platform@acme.example',
    });
    for (const { Budget } of budgets.filter(({ Budget }) => Budget.BudgetName.includes('prod'))) {
      const filters = Budget.FilterExpression.And ?? [Budget.FilterExpression];
      for (const { Tags } of filters) expect(endpoint[Tags.Key]).toBe(Tags.Values[0]);
    }
  });

  it.each(['a'.repeat(101), 'a:b', 'a\\b'])(
    'refuse the name %s, which AWS would refuse at deployment',
    (budgetName) => {
      const stack = new Stack(new App(), 'Stack');
      const props = {
        budgetName,
        monthlyUsd: 1,
        tags: { a: 'b' },
        owner: 'a@b.example',
        topic: new Topic(stack, 'Topic'),
      };
      expect(() => new SpendBudget(stack, 'Budget', props)).toThrow(/100 characters/);
    },
  );
});
