import { isProgram, resourceName, type NormalisedConfiguration } from '@wa-ml/config';
import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  Metric,
  TextWidget,
  type IAlarm,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { settingsOf, type ModelSubject } from '../foundation/capability-stack';
import { CataloguedAlarm } from './catalogued-alarm';
import { dashboardRows, type Graph } from './dashboard-rows';

export interface ModelDashboardProps {
  readonly subject: ModelSubject;
  /** Stacks of the model: every catalogued alarm in them is shown with its state. */
  readonly watched: readonly Construct[];
}

/** Columns of a CloudWatch dashboard. */
const columns = 24;
const rowHeight = 6;

/**
 * One model's dashboard (OPS-4), read from top to bottom: is anything in alarm, do the users get answers, why not,
 * what do the answers look like, does training work. Without a release the graphs are there and empty.
 */
export class ModelDashboard extends Construct {
  /** `<repo>-<model>-<environment>`: fixed, so that runbooks and the README can link to it. */
  readonly dashboardName: string;

  constructor(scope: Construct, id: string, props: ModelDashboardProps) {
    super(scope, id);
    const { configuration, environment, model } = props.subject;
    this.dashboardName = resourceName(configuration, model, environment.name);
    const rows = dashboardRows({
      name: this.dashboardName,
      instanceType: settingsOf(props.subject).endpoint.instanceType,
      trains: environment.name === configuration.trainingEnvironment,
      ourServer: !isProgram(configuration.models[model]!.flavour),
    });
    const dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: this.dashboardName,
      defaultInterval: Duration.days(1),
    });
    dashboard.addWidgets(
      new TextWidget({
        width: columns,
        height: 2,
        markdown: heading(configuration, model, environment.name),
      }),
    );
    dashboard.addWidgets(
      new AlarmStatusWidget({
        title: 'Alarms',
        width: columns,
        height: 3,
        alarms: this.alarmsOf(props.watched),
      }),
    );
    for (const { title, graphs } of rows) {
      dashboard.addWidgets(new TextWidget({ width: columns, height: 1, markdown: `## ${title}` }));
      dashboard.addWidgets(...graphs.map((graph) => widget(graph, columns / graphs.length)));
    }
    new CfnOutput(this, 'DashboardName', { value: this.dashboardName });
  }

  /** By name: the dashboard needs no export of the stacks that it looks at, so that each can be replaced alone. */
  private alarmsOf(watched: readonly Construct[]): IAlarm[] {
    return watched
      .flatMap((stack) => stack.node.findAll())
      .filter((construct) => construct instanceof CataloguedAlarm)
      .map((alarm) => {
        const { region, account, partition } = Stack.of(this);
        const arn = `arn:${partition}:cloudwatch:${region}:${account}:alarm:${alarm.alarmName}`;
        return Alarm.fromAlarmArn(this, alarm.alarmName, arn);
      });
  }
}

function heading(
  configuration: NormalisedConfiguration,
  model: string,
  environment: string,
): string {
  return `# ${model} in ${environment}\n${configuration.name}, looked after by ${configuration.owner}. Each alarm names its runbook in \`runbooks/\`.`;
}

function widget(graph: Graph, width: number): GraphWidget {
  return new GraphWidget({
    title: graph.title,
    width,
    height: rowHeight,
    period: Duration.minutes(1),
    left: graph.metrics.map(
      ({ namespace, name, statistic, dimensions, label }) =>
        new Metric({
          namespace,
          metricName: name,
          statistic,
          dimensionsMap: { ...dimensions },
          ...(label ? { label } : {}),
          period: Duration.minutes(1),
        }),
    ),
    leftYAxis: { min: 0, label: graph.unit, showUnits: false },
    ...(graph.limit ? { leftAnnotations: [graph.limit] } : {}),
  });
}
