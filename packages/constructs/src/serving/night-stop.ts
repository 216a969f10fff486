import type { WorkingHours } from '@wa-ml/config';
import {
  BootstraplessSynthesizer,
  CfnCondition,
  CfnParameter,
  CfnResource,
  Fn,
  Lazy,
  Stack,
} from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';
import type { Foundation } from '../foundation/foundation';
import { ScheduledCalls } from '../foundation/scheduled-calls';

export interface NightStopProps {
  readonly endpointName: string;
  readonly foundation: Foundation;
  readonly hours: WorkingHours;
}

/** Name of the parameter that says whether the endpoint of a stack is there. */
export const runningParameter = 'EndpointRuns';

/**
 * Takes an endpoint away at night and brings it back in the morning (COST-5): an endpoint cannot be stopped.
 * A CloudFormation condition holds what belongs to the running endpoint, and EventBridge Scheduler updates the stack
 * with the template that is deployed and one parameter. So nothing drifts, a deployment by day is what the next
 * morning brings back, and one at night keeps the parameter as it is.
 */
export class NightStop extends Construct {
  private readonly condition: CfnCondition;

  constructor(scope: Construct, id: string, props: NightStopProps) {
    super(scope, id);
    const { hours, foundation, endpointName } = props;
    const running = new CfnParameter(this, 'Running', {
      type: 'String',
      allowedValues: ['yes', 'no'],
      default: 'yes',
      description: `Whether ${endpointName} is there. It follows the working hours; a deployment keeps it.`,
    });
    running.overrideLogicalId(runningParameter);
    this.condition = new CfnCondition(this, 'Runs', {
      expression: Fn.conditionEquals(running.valueAsString, 'yes'),
    });
    this.condition.overrideLogicalId('Runs');

    const calls = new ScheduledCalls(this, 'Calls', {
      duty: `stops and starts ${endpointName} by the working hours`,
      alarm: 'schedule-missed',
      subject: endpointName,
      key: foundation.dataKey,
      topic: foundation.alarmTopic,
    });
    this.allowUpdate(calls);
    const { timeZone, days, start, stop } = hours;
    calls.call('Stop', { cron: cronOf(stop, days), timeZone, target: this.update('no') });
    calls.call('Start', { cron: cronOf(start, days), timeZone, target: this.update('yes') });
  }

  /** Ties everything below some constructs to the running endpoint. */
  hold(...scopes: readonly IConstruct[]): void {
    for (const node of scopes.flatMap((scope) => scope.node.findAll()))
      if (CfnResource.isCfnResource(node)) node.cfnOptions.condition = this.condition;
  }

  /**
   * CloudFormation goes on with the execution role that the deployment gave the stack, also where the caller may not
   * pass it. So the scheduler may update this one stack, and can neither bring another role nor a template from S3.
   */
  private allowUpdate({ role }: ScheduledCalls): void {
    const { partition, region, account, stackName, synthesizer } = Stack.of(this);
    role.allow({
      actions: ['cloudformation:UpdateStack'],
      resources: [`arn:${partition}:cloudformation:${region}:${account}:stack/${stackName}/*`],
      conditions: {
        Null: { 'cloudformation:RoleArn': 'true', 'cloudformation:TemplateUrl': 'true' },
      },
      wildcardReason:
        'What follows the name of the stack is the id that CloudFormation gives it when it is created.',
    });
    // Templates that stand on nothing of CDK's have no version of its bootstrap as a parameter.
    if (synthesizer instanceof BootstraplessSynthesizer) return;
    role.allow({
      actions: ['ssm:GetParameters'],
      resources: [
        `arn:${partition}:ssm:${region}:${account}:parameter/cdk-bootstrap/${qualifierOf(synthesizer)}/version`,
      ],
    });
  }

  /** UpdateStack, with every other parameter as it is. */
  private update(value: 'yes' | 'no'): { arn: string; input: string } {
    const stack = Stack.of(this);
    return {
      arn: `arn:${stack.partition}:scheduler:::aws-sdk:cloudformation:updateStack`,
      // CDK adds a parameter of its own when it writes the template, after others have looked at this.
      input: Lazy.uncachedString({
        produce: () =>
          JSON.stringify({
            StackName: stack.stackName,
            UsePreviousTemplate: true,
            Capabilities: ['CAPABILITY_IAM'],
            Parameters: parametersOf(stack).map((name) => ({
              ParameterKey: name,
              ...(name === runningParameter
                ? { ParameterValue: value }
                : { UsePreviousValue: true }),
            })),
          }),
      }),
    };
  }
}

/** Names of a stack's parameters. */
function parametersOf(stack: Stack): string[] {
  return stack.node
    .findAll()
    .filter((node) => node instanceof CfnParameter)
    .map((parameter) => String(stack.resolve(parameter.logicalId)));
}

const qualifierOf = ({ bootstrapQualifier }: { bootstrapQualifier?: string } & object): string =>
  bootstrapQualifier ?? 'hnb659fds';

/** `07:30` on `MON-FRI` in the six fields of EventBridge Scheduler. */
function cronOf(time: string, days: string): string {
  const [hour, minute] = time.split(':').map(Number);
  return `cron(${minute} ${hour} ? * ${days} *)`;
}
