import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { deployTargets, type DeployTarget } from '@wa-ml/blueprint';
import {
  deploymentRegions,
  nearest,
  readConfiguration,
  type NormalisedConfiguration,
} from '@wa-ml/config';
import {
  accessTemplate,
  bootstrapClients,
  BootstrapError,
  checkQuotas,
  executeBootstrap,
  lookUp,
  planBootstrap,
  quotaNeeds,
  accessStackName,
  type AccessTarget,
  type BootstrapClients,
  type QuotaFinding,
} from '@wa-ml/ops';
import { readConfigurationText } from '../keep-in-step';
import { runProgram } from '../run-program';
import { formatBootstrap } from './bootstrap-report';
import { UsageError, type Command, type CommandContext } from './command';

/** Prepares an account for CI: says what is there and what is missing; does it when told. */
export const bootstrap: Command = {
  summary:
    'Says what the account of an environment needs before CI can deploy into it, and does it with --execute.',
  usage: 'ENVIRONMENT [--repository OWNER/NAME] [--execute | --offline | --template] [--json]',
  examples: [
    'npx wa-ml bootstrap dev',
    'npx wa-ml bootstrap dev --execute',
    'npx wa-ml bootstrap prod --repository acme/acme-ml --offline',
    'npx wa-ml bootstrap dev --template > access.json',
  ],
  options: {
    repository: { type: 'string' },
    execute: { type: 'boolean' },
    offline: { type: 'boolean' },
    template: { type: 'boolean' },
  },
  optionHelp: {
    repository:
      'The repository as GitHub writes it into the subject of its tokens: OWNER/NAME, or OWNER-ID/NAME-ID. Default: what the remote "origin" says.',
    execute: 'Do what is missing. Without it nothing is changed.',
    offline: 'Ask AWS nothing: print what has to be there, and the commands.',
    template: 'Print the CloudFormation template of the role, and nothing else.',
  },
  run: async (context) => {
    const { root, values, print } = context;
    const { normalised: configuration } = readConfiguration(readConfigurationText(root));
    const target = accessTarget(context, configuration);
    const template = accessTemplate(configuration, target);
    if (values['template'] === true) {
      print(`${JSON.stringify(template, undefined, 2)}\n`, template);
      return 0;
    }
    if (values['offline'] === true) {
      if (values['execute'] === true)
        throw new UsageError('--execute needs to ask AWS.', 'Leave out --offline.');
      const steps = planBootstrap(configuration, target, undefined);
      print(formatBootstrap(target, steps, []), { steps, quotas: [] });
      return 0;
    }
    process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
    const clients = bootstrapClients(target.environment.region);
    const stack = accessStackName(configuration, target.environment.name);
    const found = await lookUp(clients, target, stack);
    let steps = planBootstrap(configuration, target, found);
    const { quotas, unread } = await quotasOf(clients, configuration, target);
    if (values['execute'] === true) {
      await executeBootstrap(clients, {
        configuration,
        target,
        found,
        steps,
        cdkBootstrap: (account, region) => cdkBootstrap(root, account, region),
        ...(values['json'] === true
          ? {}
          : { progress: (what: string) => void process.stderr.write(`… ${what}\n`) }),
      });
      steps = planBootstrap(configuration, target, await lookUp(clients, target, stack));
    }
    print(formatBootstrap(target, steps, quotas, unread), {
      steps,
      quotas,
      ...(unread ? { unread } : {}),
    });
    const wanting =
      steps.some(({ state }) => state === 'to-do') || quotas.some(({ enough }) => !enough);
    return wanting ? 1 : 0;
  },
};

/** Whoever may not read quotas may still bootstrap. */
async function quotasOf(
  { quotas }: BootstrapClients,
  configuration: NormalisedConfiguration,
  { environment }: AccessTarget,
): Promise<{ quotas: QuotaFinding[]; unread?: string }> {
  try {
    return { quotas: await checkQuotas(quotas, quotaNeeds(configuration, environment)) };
  } catch (error) {
    return { quotas: [], unread: `${(error as Error).name}: ${(error as Error).message}` };
  }
}

function accessTarget(
  { root, positionals: [name, ...more], values }: CommandContext,
  configuration: NormalisedConfiguration,
): AccessTarget {
  const known = Object.keys(configuration.environments);
  if (name === undefined || more.length > 0)
    throw new UsageError('Which environment?', `Say wa-ml bootstrap ${known.join(' or ')}.`);
  const target = deployTargets(configuration).find(({ environment }) => environment.name === name);
  if (!target)
    throw new UsageError(
      `There is no environment "${name}".`,
      `Did you mean "${nearest(name, known) ?? known[0]}"?`,
    );
  const regions = deploymentRegions(configuration, name);
  return {
    ...target,
    regions,
    subject: subjectOf(target, repositoryOf(root, values['repository'])),
  };
}

const subjectOf = ({ gitHubEnvironment }: DeployTarget, repository: string): string =>
  `repo:${repository}:environment:${gitHubEnvironment}`;

/** No `*`: whoever can name another repository or environment must not get the role. */
const repositoryPattern = /^[A-Za-z0-9][A-Za-z0-9-]*\/[A-Za-z0-9._-]+$/;

function repositoryOf(root: string, given: unknown): string {
  const repository = typeof given === 'string' ? given : originOf(root);
  if (repository !== undefined && repositoryPattern.test(repository)) return repository;
  throw new UsageError(
    repository === undefined
      ? 'The repository on GitHub is not known: there is no remote "origin" there.'
      : `"${repository}" is no repository on GitHub.`,
    'Say --repository OWNER/NAME.',
  );
}

/** `git@github.com:acme/acme-ml.git` -> `acme/acme-ml` */
function originOf(root: string): string | undefined {
  const { stdout } = spawnSync('git', ['remote', 'get-url', 'origin'], {
    cwd: root,
    encoding: 'utf8',
  });
  return /github\.com[:/]([^/]+\/[^/]+?)(?:\.git)?\/?$/.exec((stdout ?? '').trim())?.[1];
}

async function cdkBootstrap(root: string, account: string, region: string): Promise<void> {
  const { status, output } = await runProgram(
    'npx',
    ['--no-install', 'cdk', 'bootstrap', `aws://${account}/${region}`],
    // Where the CLI is installed; with its environment named it synthesises nothing.
    { cwd: join(root, 'infra'), watch: {} },
  );
  if (status !== 0)
    throw new BootstrapError(
      'cdk bootstrap failed.',
      output.trim().split('\n').slice(-5).join(' '),
      'Mend that and run the command again: it goes on where it stopped.',
    );
}
