import { CreateStackCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
} from '@aws-sdk/client-iam';
import type { NormalisedConfiguration } from '@wa-ml/config';
import { accessTemplate } from './access-template';
import type { BootstrapClients } from './clients';
import { BootstrapError, stackNamed, type Found } from './look-up';
import type { BootstrapStep } from './plan';
import { accessStackName, gitHubIssuer, providerArn, type AccessTarget } from './target';

export interface BootstrapRun {
  readonly configuration: NormalisedConfiguration;
  readonly target: AccessTarget;
  readonly found: Found;
  readonly steps: readonly BootstrapStep[];
  /** Runs `cdk bootstrap`; throws where that fails. */
  readonly cdkBootstrap: (account: string, region: string) => Promise<void>;
  readonly progress?: (what: string) => void;
  /** @default 3000 milliseconds between two looks at the stack */
  readonly pollMilliseconds?: number;
}

/** Does what is to do; running it again does only what is still missing. @throws BootstrapError */
export async function executeBootstrap(
  clients: BootstrapClients,
  run: BootstrapRun,
): Promise<void> {
  const { target } = run;
  const { account } = target.environment;
  const actions: Record<BootstrapStep['id'], (region?: string) => Promise<unknown>> = {
    cdk: (region) => run.cdkBootstrap(account, region ?? target.environment.region),
    provider: () =>
      clients.iam.send(
        new CreateOpenIDConnectProviderCommand({
          Url: `https://${gitHubIssuer}`,
          ClientIDList: [target.audience],
        }),
      ),
    audience: () =>
      clients.iam.send(
        new AddClientIDToOpenIDConnectProviderCommand({
          OpenIDConnectProviderArn: providerArn(target),
          ClientID: target.audience,
        }),
      ),
    role: () => deployAccess(clients, run),
  };
  for (const { id, what, state, region } of run.steps) {
    // Our own role is brought up to date: its subject may have changed.
    if (state !== 'to-do' && !(id === 'role' && state === 'done')) continue;
    run.progress?.(what);
    await actions[id](region);
  }
}

const settled = /_(COMPLETE|FAILED)$/;
const sound = ['CREATE_COMPLETE', 'UPDATE_COMPLETE'];

async function deployAccess(
  clients: BootstrapClients,
  { configuration, target, found, pollMilliseconds = 3000 }: BootstrapRun,
): Promise<void> {
  const StackName = accessStackName(configuration, target.environment.name);
  const request = {
    StackName,
    TemplateBody: JSON.stringify(accessTemplate(configuration, target)),
    Capabilities: ['CAPABILITY_NAMED_IAM' as const],
  };
  try {
    await clients.cloudFormation.send(
      found.accessStack === undefined
        ? new CreateStackCommand(request)
        : new UpdateStackCommand(request),
    );
  } catch (error) {
    if ((error as Error).message.includes('No updates are to be performed')) return;
    throw error;
  }
  for (;;) {
    const stack = await stackNamed(clients, StackName);
    const status = stack?.StackStatus ?? 'gone';
    if (sound.includes(status)) return;
    if (settled.test(status) || status === 'gone') {
      throw new BootstrapError(
        `The stack ${StackName} ended as ${status}.`,
        stack?.StackStatusReason ?? 'CloudFormation gives no reason.',
        `Look at its events: aws cloudformation describe-stack-events --stack-name ${StackName}. A stack in ROLLBACK_COMPLETE has to be deleted first.`,
      );
    }
    await new Promise((done) => setTimeout(done, pollMilliseconds));
  }
}
