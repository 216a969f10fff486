import { reliability, type NormalisedEnvironment } from '@wa-ml/config';
import { Stack } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
  type ISubnet,
} from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { acknowledgeInPacks } from './acknowledge-in-packs';
import { DutyRole } from './duty-role';
import { environmentLog } from './environment-log';

/** Interface endpoints that a network can have, and who uses each. */
const interfaceServices = {
  'sagemaker.runtime': InterfaceVpcEndpointAwsService.SAGEMAKER_RUNTIME, // applications in the VPC that ask for predictions
  'sagemaker.api': InterfaceVpcEndpointAwsService.SAGEMAKER_API, // code in the VPC that reads the registry
  'ecr.api': InterfaceVpcEndpointAwsService.ECR, // images pulled from inside the VPC; SageMaker pulls from outside
  'ecr.dkr': InterfaceVpcEndpointAwsService.ECR_DOCKER,
  logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS, // code in the VPC that is not network-isolated
  monitoring: InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING,
  studio: InterfaceVpcEndpointAwsService.SAGEMAKER_STUDIO, // people's workspaces
  sts: InterfaceVpcEndpointAwsService.STS,
  kms: InterfaceVpcEndpointAwsService.KMS,
  glue: InterfaceVpcEndpointAwsService.GLUE, // jobs of the data pipeline, which run inside the VPC
} as const;
export type InterfaceService = keyof typeof interfaceServices;

/** What uses an endpoint in every environment, and what a workspace without a way to the internet needs. */
function usedEndpoints({ notebooks }: NormalisedEnvironment): readonly InterfaceService[] {
  const everywhere = ['sagemaker.runtime'] as const;
  return notebooks ? [...everywhere, 'sagemaker.api', 'studio', 'sts', 'logs'] : everywhere;
}

export interface NetworkProps {
  readonly environment: NormalisedEnvironment;
  /** Encrypts the flow logs. */
  readonly auditKey: IKey;
  /** @default '10.0.0.0/16' */
  readonly cidr?: string;
  /**
   * Each costs about 8 US dollars a month and zone, used or not. Our jobs and endpoints are network-isolated
   * and SageMaker itself reaches ECR, logs and metrics from outside the VPC, so they need none of these.
   * @default ['sagemaker.runtime'] - for applications in the VPC that ask for predictions; more where people have notebooks
   */
  readonly interfaceEndpoints?: readonly InterfaceService[];
}

/** A VPC without any route to the internet: private subnets, S3 and DynamoDB through gateways, chosen services through interfaces. */
export class Network extends Construct {
  readonly vpc: Vpc;
  readonly subnets: ISubnet[];

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    const { tier } = props.environment;
    const cidr = props.cidr ?? '10.0.0.0/16';
    // One zone is enough where an outage only stops development; an endpoint of two instances spans two.
    const zones =
      tier === 'development' && !props.environment.critical
        ? 1
        : reliability.highAvailability.minZones;
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(cidr),
      availabilityZones: Stack.of(this).availabilityZones.slice(0, zones),
      natGateways: 0,
      createInternetGateway: false,
      restrictDefaultSecurityGroup: false, // would add a Lambda function; nothing here uses the default group
      subnetConfiguration: [
        { name: 'Private', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 20 },
      ],
      gatewayEndpoints: {
        S3: { service: GatewayVpcEndpointAwsService.S3 },
        DynamoDB: { service: GatewayVpcEndpointAwsService.DYNAMODB }, // free; the API in front of an endpoint keeps answers there
      },
    });
    this.subnets = this.vpc.isolatedSubnets;
    acknowledgeInPacks(
      this.vpc,
      'VPCDefaultSecurityGroupClosed',
      'Nothing here is in the default group; CloudFormation cannot empty it, and the function that could would need more rights than the group gives.',
    );

    const endpointGroup = new SecurityGroup(this, 'EndpointGroup', {
      vpc: this.vpc,
      description: 'Interface endpoints: HTTPS from this VPC only',
      allowAllOutbound: false,
    });
    endpointGroup.addIngressRule(Peer.ipv4(cidr), Port.tcp(443), 'HTTPS from this VPC');
    for (const name of props.interfaceEndpoints ?? usedEndpoints(props.environment)) {
      this.vpc.addInterfaceEndpoint(name.replace('.', '-'), {
        service: interfaceServices[name],
        subnets: { subnets: this.subnets },
        securityGroups: [endpointGroup],
        open: false, // the rule above, with a literal address range, replaces the default one
      });
    }

    this.vpc.addFlowLog('FlowLog', {
      destination: FlowLogDestination.toCloudWatchLogs(
        environmentLog(this, 'FlowLogs', {
          environment: props.environment,
          key: props.auditKey,
        }),
        new DutyRole(this, 'FlowLogRole', {
          duty: 'writes the flow log of the network',
          service: 'vpc-flow-logs.amazonaws.com',
        }),
      ),
    });
  }
}
