import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { IAMClient } from '@aws-sdk/client-iam';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { STSClient } from '@aws-sdk/client-sts';

/** What bootstrapping talks to. */
export interface BootstrapClients {
  readonly sts: Pick<STSClient, 'send'>;
  readonly iam: Pick<IAMClient, 'send'>;
  readonly cloudFormation: Pick<CloudFormationClient, 'send'>;
  readonly cloudFormationIn: (region: string) => Pick<CloudFormationClient, 'send'>;
  readonly quotas: ServiceQuotasClient;
}

/** Clients with the credentials of the environment that the command runs in. */
export function bootstrapClients(region: string): BootstrapClients {
  const options = { region, maxAttempts: 3 };
  return {
    sts: new STSClient(options),
    iam: new IAMClient(options),
    cloudFormation: new CloudFormationClient(options),
    cloudFormationIn: (other) => new CloudFormationClient({ ...options, region: other }),
    quotas: new ServiceQuotasClient(options),
  };
}
