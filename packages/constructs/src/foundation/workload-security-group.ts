import { Peer, Port, SecurityGroup, type IVpc } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

export interface WorkloadSecurityGroupProps {
  readonly vpc: IVpc;
  readonly description: string;
  /** Whether the hosts of one job talk to each other, as in distributed training. @default false */
  readonly peers?: boolean;
}

/** Nothing comes in; HTTPS goes out, which without an internet route means S3 and the VPC endpoints. */
export class WorkloadSecurityGroup extends SecurityGroup {
  constructor(scope: Construct, id: string, props: WorkloadSecurityGroupProps) {
    super(scope, id, { vpc: props.vpc, description: props.description, allowAllOutbound: false });
    this.addEgressRule(
      Peer.anyIpv4(),
      Port.tcp(443),
      'S3 gateway and VPC endpoints: there is no other route',
    );
    if (props.peers) {
      this.addIngressRule(this, Port.allTcp(), 'Hosts of the same training job');
      this.addEgressRule(this, Port.allTcp(), 'Hosts of the same training job');
    }
  }
}
