import { DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import {
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  NoSuchEntityException,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { WaMlError } from '@wa-ml/config';
import type { BootstrapClients } from './clients';
import { providerArn, type AccessTarget } from './target';

/** What an account has already. */
export interface Found {
  /** Regions that have the stack of `cdk bootstrap`. */
  readonly cdkToolkits: readonly string[];
  /** Audiences of GitHub's provider; undefined where there is none. */
  readonly audiences: readonly string[] | undefined;
  /** Status of the stack that holds the role; undefined where there is none. */
  readonly accessStack: string | undefined;
  /** Whether a role of that name is there, be it ours or made by hand. */
  readonly role: boolean;
}

/** AWS cannot be asked, or it is another account. */
export class BootstrapError extends WaMlError {
  constructor(what: string, why: string, next: string) {
    super({ code: 'BOOTSTRAP', what, why, next });
  }
}

/** @throws BootstrapError without credentials, and with those of another account. */
export async function lookUp(
  clients: BootstrapClients,
  target: AccessTarget,
  stackName: string,
): Promise<Found> {
  const { environment } = target;
  const account = await callerAccount(clients);
  if (account !== environment.account) {
    throw new BootstrapError(
      `These are credentials of the account ${account}.`,
      `"${environment.name}" is in ${environment.account}; nothing was changed.`,
      `Take credentials of ${environment.account}, e.g. AWS_PROFILE=<profile> npx wa-ml bootstrap ${environment.name}.`,
    );
  }
  const [cdkToolkits, accessStack, audiences, role] = await Promise.all([
    Promise.all(target.regions.map((region) => hasToolkit(clients, region))),
    stackNamed(clients, stackName),
    orUndefined(async () => {
      const command = new GetOpenIDConnectProviderCommand({
        OpenIDConnectProviderArn: providerArn(target),
      });
      return (await clients.iam.send(command)).ClientIDList ?? [];
    }),
    orUndefined(() => clients.iam.send(new GetRoleCommand({ RoleName: target.roleName }))),
  ]);
  return {
    cdkToolkits: target.regions.filter((_, number) => cdkToolkits[number]),
    audiences,
    accessStack: accessStack?.StackStatus,
    role: role !== undefined,
  };
}

async function hasToolkit(clients: BootstrapClients, region: string): Promise<boolean> {
  const there = { cloudFormation: clients.cloudFormationIn(region) };
  return (await stackNamed(there, 'CDKToolkit')) !== undefined;
}

async function callerAccount({ sts }: BootstrapClients): Promise<string | undefined> {
  try {
    return (await sts.send(new GetCallerIdentityCommand({}))).Account;
  } catch (error) {
    throw new BootstrapError(
      'AWS could not be asked who you are.',
      `${(error as Error).name}: ${(error as Error).message}`,
      'Sign in first, e.g. `aws sso login`, or set AWS_PROFILE. Without --execute and with --offline nothing is asked.',
    );
  }
}

/** The stack of a name; CloudFormation answers a name that it does not know with a validation error. */
export async function stackNamed(
  { cloudFormation }: Pick<BootstrapClients, 'cloudFormation'>,
  StackName: string,
): Promise<Stack | undefined> {
  try {
    return (await cloudFormation.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0];
  } catch (error) {
    if ((error as Error).name === 'ValidationError') return undefined;
    throw error;
  }
}

async function orUndefined<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof NoSuchEntityException || (error as Error).name.startsWith('NoSuchEntity'))
      return undefined;
    throw error;
  }
}
