import {
  idleMinutesLimits,
  personas,
  resourcePrefix,
  type NotebookSettings,
  type Persona,
} from '@wa-ml/config';
import { CfnDomain, CfnUserProfile } from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import type { StackSubject } from './capability-stack';
import type { Foundation } from './foundation';
import { NotebookRole } from './notebook-role';
import { removalPolicy } from './removal';
import { WorkloadSecurityGroup } from './workload-security-group';

export interface NotebooksProps {
  readonly subject: StackSubject;
  readonly foundation: Foundation;
  readonly settings: NotebookSettings;
}

/** Kinds of apps that cannot stop themselves, or that nobody asked for; Studio does not offer them. */
const hiddenAppTypes = [
  ...['JupyterServer', 'RStudioServerPro'],
  ...['TensorBoard', 'Canvas', 'DetailedProfiler'],
];

/**
 * Workspaces of SageMaker Studio: in the private network, encrypted, a role for each persona, and stopped when nobody has
 * worked for a while (COST-5). Studio and not notebook instances: those have no idle setting of their own.
 */
export class Notebooks extends Construct {
  constructor(scope: Construct, id: string, props: NotebooksProps) {
    super(scope, id);
    const { foundation, settings, subject } = props;
    const { configuration, environment } = subject;
    const group = new WorkloadSecurityGroup(this, 'SecurityGroup', {
      vpc: foundation.network.vpc,
      description: 'Workspaces of people',
      peers: true, // an app and its kernels
    });
    const used = personas.filter((persona) => Object.values(settings.users).includes(persona));
    const roles = new Map<Persona, NotebookRole>(
      (used.length > 0 ? used : [personas[0]]).map((persona) => [
        persona,
        new NotebookRole(this, persona, { ...props, persona, group }),
      ]),
    );
    const domain = new CfnDomain(this, 'Domain', {
      domainName: resourcePrefix(configuration, environment.name),
      authMode: 'IAM',
      appNetworkAccessType: 'VpcOnly',
      vpcId: foundation.network.vpc.vpcId,
      subnetIds: foundation.network.subnets.map((subnet) => subnet.subnetId),
      kmsKeyId: foundation.dataKey.keyArn,
      tagPropagation: 'ENABLED', // what people start is charged to the project
      defaultUserSettings: {
        // Whoever is added by hand can do the least.
        executionRole: [...roles.values()].at(-1)!.roleArn,
        securityGroups: [group.securityGroupId],
        jupyterLabAppSettings: idleStops(settings),
        codeEditorAppSettings: idleStops(settings),
        studioWebPortal: 'ENABLED',
        defaultLandingUri: 'studio::',
        studioWebPortalSettings: { hiddenAppTypes },
      },
    });
    domain.applyRemovalPolicy(removalPolicy(environment.tier));
    for (const role of roles.values()) domain.node.addDependency(role);
    for (const [name, persona] of Object.entries(settings.users)) {
      new CfnUserProfile(this, `User-${name}`, {
        domainId: domain.attrDomainId,
        userProfileName: name,
        userSettings: { executionRole: roles.get(persona)!.roleArn },
      });
    }
  }
}

/** People may choose a shorter time, not a longer one. */
function idleStops({ idleMinutes, instanceType }: NotebookSettings) {
  return {
    defaultResourceSpec: { instanceType },
    appLifecycleManagement: {
      idleSettings: {
        lifecycleManagement: 'ENABLED',
        idleTimeoutInMinutes: idleMinutes,
        minIdleTimeoutInMinutes: idleMinutesLimits.min,
        maxIdleTimeoutInMinutes: idleMinutes,
      },
    },
  };
}
