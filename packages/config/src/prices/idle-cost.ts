import { findPrice, hoursPerMonth, usdOf } from './prices';

/** A resource of a synthesised template. */
export interface PricedResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  /** Name of the template's condition without which the resource is not there. */
  readonly Condition?: string;
}

/** As much of a CloudFormation template as prices need. */
export interface PricedTemplate {
  readonly Resources: Readonly<Record<string, PricedResource>>;
}

/** What one resource costs a month while nobody uses it. */
export interface IdleCost {
  /** Logical id. */
  readonly resource: string;
  readonly type: string;
  /** E.g. `ml.m5.large x 1`. */
  readonly what: string;
  readonly quantity: number;
  readonly unit: string;
  /** US dollars a month. */
  readonly usd: number;
}

export interface IdleEstimate {
  readonly lines: readonly IdleCost[];
  /** US dollars a month. */
  readonly usd: number;
  /** Resources that cost something while idle and have no price in the snapshot, each with why. */
  readonly unpriced: readonly string[];
  /** Types of which this table does not know whether they cost anything while idle. */
  readonly unknownTypes: readonly string[];
}

export interface IdleOptions {
  /**
   * Hours a week in which resources with a condition exist: those that a schedule takes away at night.
   * @default 168, always
   */
  readonly conditionalHoursPerWeek?: number;
}

type Line = Omit<IdleCost, 'resource' | 'type'>;
interface Context {
  readonly resource: PricedResource;
  readonly template: PricedTemplate;
  /** Hours a month in which the resource exists. */
  readonly hours: number;
}
/** A price of a type; a text says why the snapshot cannot tell. */
type Pricer = (context: Context) => readonly (Line | string)[];

const each =
  (what: string, unit: string, service: string, key: string): Pricer =>
  ({ hours }) => {
    const months = hours / hoursPerMonth;
    return [{ what, quantity: months, unit, usd: months * usdOf(service, key) }];
  };
const hourly = (what: string, hours: number, usdPerHour: number): Line => ({
  what,
  quantity: hours,
  unit: 'hour',
  usd: hours * usdPerHour,
});
const propertiesOf = (resource: PricedResource): Readonly<Record<string, unknown>> =>
  resource.Properties ?? {};

/** Types that cost while nobody uses them. */
const billed: Readonly<Record<string, Pricer>> = {
  'AWS::KMS::Key': each('customer-managed key', 'key-month', 'kms', 'customer-managed-key'),
  'AWS::CloudWatch::Dashboard': each('dashboard', 'dashboard-month', 'cloudwatch', 'dashboard'),
  'AWS::SecretsManager::Secret': each('secret', 'secret-month', 'secretsmanager', 'secret'),
  'AWS::CloudWatch::Alarm': (context) => {
    const { Period = 60, Metrics = [] } = propertiesOf(context.resource);
    const key = Number(Period) < 60 ? 'alarm-high-resolution' : 'alarm-standard';
    // An alarm on an expression is billed for each metric in it.
    const metrics = (Metrics as object[]).filter((metric) => 'MetricStat' in metric).length || 1;
    const [line] = each('alarm', 'alarm-month', 'cloudwatch', key)(context) as [Line];
    return [{ ...line, quantity: line.quantity * metrics, usd: line.usd * metrics }];
  },
  'AWS::EC2::VPCEndpoint': ({ resource, hours }) => {
    const { VpcEndpointType, SubnetIds = [] } = propertiesOf(resource);
    if (VpcEndpointType !== 'Interface') return [];
    const zones = (SubnetIds as unknown[]).length;
    return [
      hourly(
        `interface endpoint in ${zones} zone${zones === 1 ? '' : 's'}`,
        zones * hours,
        usdOf('vpc', 'interface-endpoint-az'),
      ),
    ];
  },
  // Application Auto Scaling makes an alarm for each direction itself.
  'AWS::ApplicationAutoScaling::ScalingPolicy': (context) => {
    if (propertiesOf(context.resource)['PolicyType'] !== 'TargetTrackingScaling') return [];
    const alarm = each('alarm of scaling', 'alarm-month', 'cloudwatch', 'alarm-standard');
    return [...alarm(context), ...alarm(context)];
  },
  'AWS::EC2::NatGateway': ({ hours }) => [
    hourly('NAT gateway', hours, usdOf('vpc', 'nat-gateway')),
  ],
  'AWS::SageMaker::MlflowTrackingServer': ({ resource, hours }) => {
    const size = String(propertiesOf(resource)['TrackingServerSize'] ?? 'Small').toLowerCase();
    return [
      hourly(`MLflow server, ${size}`, hours, usdOf('sagemaker-mlflow', `tracking-server-${size}`)),
    ];
  },
  'AWS::SageMaker::Endpoint': endpointLines,
  'AWS::ApiGateway::Stage': ({ resource }) =>
    propertiesOf(resource)['CacheClusterEnabled'] === true
      ? ['an API cache is billed by the hour']
      : [],
  'AWS::WAFv2::WebACL': () => ['a web ACL and each of its rules are billed by the month'],
  'AWS::EC2::EIP': ({ hours }) => [hourly('public address', hours, usdOf('vpc', 'public-ipv4'))],
};

interface Variants {
  readonly ProductionVariants?: readonly Readonly<Record<string, unknown>>[];
  readonly ShadowProductionVariants?: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Instances of an endpoint. A serverless variant costs nothing while idle, nor do the metrics of our server: it writes
 * none while nobody asks.
 */
function endpointLines({ resource, template, hours }: Context): readonly (Line | string)[] {
  const config = referenced(template, propertiesOf(resource)['EndpointConfigName']);
  if (!config) return ['its configuration is not in the template'];
  const { ProductionVariants, ShadowProductionVariants } = propertiesOf(config) as Variants;
  const variants = [...(ProductionVariants ?? []), ...(ShadowProductionVariants ?? [])];
  return variants.flatMap((variant): (Line | string)[] => {
    if (variant['ServerlessConfig'] !== undefined) return [];
    const type = String(variant['InstanceType']);
    const count = fewestInstances(template, Number(variant['InitialInstanceCount'] ?? 1));
    const price = findPrice('sagemaker-hosting', type);
    if (!price) return [`${type} is not in the snapshot`];
    return [hourly(`${type} x ${count}`, count * hours, price.usd)];
  });
}

/** What scaling goes down to while nobody asks: zero for an asynchronous endpoint. */
function fewestInstances(template: PricedTemplate, initial: number): number {
  const target = Object.values(template.Resources).find(
    ({ Type }) => Type === 'AWS::ApplicationAutoScaling::ScalableTarget',
  );
  const fewest = target && propertiesOf(target)['MinCapacity'];
  return typeof fewest === 'number' ? fewest : initial;
}

function referenced(template: PricedTemplate, value: unknown): PricedResource | undefined {
  const { Ref, 'Fn::GetAtt': attribute } = (value ?? {}) as {
    Ref?: string;
    'Fn::GetAtt'?: string[];
  };
  return template.Resources[Ref ?? attribute?.[0] ?? ''];
}

/** Types that cost nothing while nobody uses them: permissions and definitions, or billed by use and by what they hold. */
const free: ReadonlySet<string> = new Set(
  `
  AWS::IAM::Role AWS::IAM::Policy AWS::IAM::ManagedPolicy AWS::KMS::Alias AWS::S3::Bucket AWS::S3::BucketPolicy
  AWS::EC2::VPC AWS::EC2::Subnet AWS::EC2::RouteTable AWS::EC2::SubnetRouteTableAssociation AWS::EC2::SecurityGroup
  AWS::EC2::SecurityGroupIngress AWS::EC2::SecurityGroupEgress AWS::EC2::FlowLog AWS::Logs::LogGroup
  AWS::Logs::ResourcePolicy AWS::Logs::MetricFilter AWS::CloudTrail::Trail AWS::SNS::Topic AWS::SNS::TopicPolicy AWS::SNS::Subscription
  AWS::SQS::Queue AWS::SQS::QueuePolicy AWS::ECR::Repository AWS::SageMaker::ModelPackageGroup
  AWS::SageMaker::Pipeline AWS::SageMaker::Model AWS::SageMaker::EndpointConfig AWS::SageMaker::Domain
  AWS::SageMaker::UserProfile AWS::SageMaker::MlflowApp AWS::ApplicationAutoScaling::ScalableTarget
  AWS::Budgets::Budget AWS::CE::AnomalyMonitor
  AWS::CE::AnomalySubscription AWS::Events::Rule AWS::Scheduler::Schedule AWS::Scheduler::ScheduleGroup
  AWS::Lambda::Function AWS::Lambda::Permission AWS::Lambda::Version AWS::Lambda::Alias
  AWS::StepFunctions::StateMachine AWS::Glue::Database AWS::Glue::Crawler AWS::Glue::Job
  AWS::Glue::SecurityConfiguration AWS::DynamoDB::Table AWS::DynamoDB::GlobalTable AWS::ApiGateway::RestApi
  AWS::ApiGateway::Account AWS::ApiGateway::Deployment AWS::ApiGateway::Method AWS::ApiGateway::Resource
  AWS::ApiGateway::Model AWS::ApiGateway::RequestValidator AWS::ApiGateway::UsagePlan AWS::CDK::Metadata
  `
    .trim()
    .split(/\s+/),
);

/**
 * What a stack costs a month while nobody uses it, line by line, by the snapshot's prices.
 * Storage, requests and training are use: they are not in it.
 */
export function idleCost(template: PricedTemplate, options: IdleOptions = {}): IdleEstimate {
  const lines: IdleCost[] = [];
  const unpriced: string[] = [];
  const unknownTypes = new Set<string>();
  const share = (options.conditionalHoursPerWeek ?? 168) / 168;
  for (const [id, resource] of Object.entries(template.Resources)) {
    const pricer = billed[resource.Type];
    if (!pricer && !free.has(resource.Type)) unknownTypes.add(resource.Type);
    const hours = hoursPerMonth * (resource.Condition === undefined ? 1 : share);
    for (const line of pricer?.({ resource, template, hours }) ?? []) {
      if (typeof line === 'string') unpriced.push(`${id} (${resource.Type}): ${line}`);
      else lines.push({ resource: id, type: resource.Type, ...line });
    }
  }
  const usd = lines.reduce((sum, line) => sum + line.usd, 0);
  return { lines, usd, unpriced, unknownTypes: [...unknownTypes].sort() };
}
