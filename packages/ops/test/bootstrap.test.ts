import {
  CreateStackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  NoSuchEntityException,
} from '@aws-sdk/client-iam';
import { ListServiceQuotasCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { checkConfiguration } from '@wa-ml/config';
import {
  accessTemplate,
  checkQuotas,
  executeBootstrap,
  lookUp,
  planBootstrap,
  quotaNeeds,
  type AccessTarget,
  type BootstrapClients,
} from '@wa-ml/ops';
import { describe, expect, it } from 'vitest';

const written = {
  name: 'acme-ml',
  owner: 'ml@acme.example',
  environments: {
    dev: { tier: 'development', account: '111111111111', region: 'eu-west-1' },
    prod: { tier: 'production', account: '333333333333', region: 'eu-west-1' },
  },
};
const { normalised: configuration } = checkConfiguration({
  ...written,
  models: {
    churn: { flavour: 'pytorch-tabular', training: { instanceType: 'ml.g5.xlarge', instances: 2 } },
    fraud: { flavour: 'sklearn', training: { capacity: 'warmPool' } },
  },
});
const target: AccessTarget = {
  environment: configuration.environments['dev']!,
  regions: ['eu-west-1'],
  roleName: 'acme-ml-deploy-dev',
  partition: 'aws',
  audience: 'sts.amazonaws.com',
  subject: 'repo:acme/acme-ml:environment:dev',
};
const arn = 'arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com';
const missing = () => new NoSuchEntityException({ message: 'not found', $metadata: {} });
const unknownStack = (name: string) =>
  Object.assign(new Error(`Stack with id ${name} does not exist`), { name: 'ValidationError' });

/** An account as AWS answers for it: each command changes it as the real one would. */
class Account {
  readonly sent: string[] = [];
  stacks: Record<string, string> = {};
  audiences: string[] | undefined;
  roles = new Set<string>();
  id = '111111111111';
  /** How a stack ends. */
  outcome = 'CREATE_COMPLETE';

  readonly clients: BootstrapClients = {
    sts: this.client(),
    iam: this.client(),
    cloudFormation: this.client(),
    cloudFormationIn: (region: string) => this.client(region),
    quotas: new ServiceQuotasClient({ region: 'eu-west-1' }),
  } as never;

  private client(region = 'eu-west-1') {
    return { send: async (command: unknown) => this.answer(command, region) };
  }

  private answer(command: unknown, region: string): object {
    if (command instanceof GetCallerIdentityCommand) return { Account: this.id };
    if (command instanceof DescribeStacksCommand) {
      const stack = command.input.StackName!;
      const name = region === 'eu-west-1' ? stack : `${stack} in ${region}`;
      const StackStatus = this.stacks[name];
      if (!StackStatus) throw unknownStack(name);
      if (StackStatus.endsWith('_IN_PROGRESS')) this.stacks[name] = this.outcome;
      return { Stacks: [{ StackName: name, StackStatus, StackStatusReason: 'a reason' }] };
    }
    if (command instanceof GetOpenIDConnectProviderCommand) {
      expect(command.input.OpenIDConnectProviderArn).toBe(arn);
      if (!this.audiences) throw missing();
      return { Url: 'token.actions.githubusercontent.com', ClientIDList: this.audiences };
    }
    if (command instanceof GetRoleCommand) {
      if (!this.roles.has(command.input.RoleName!)) throw missing();
      return { Role: { RoleName: command.input.RoleName } };
    }
    this.sent.push((command as object).constructor.name);
    if (command instanceof CreateOpenIDConnectProviderCommand) {
      if (this.audiences) throw new Error('EntityAlreadyExists');
      this.audiences = command.input.ClientIDList!;
      return { OpenIDConnectProviderArn: arn };
    }
    if (command instanceof AddClientIDToOpenIDConnectProviderCommand) {
      this.audiences!.push(command.input.ClientID!);
      return {};
    }
    if (command instanceof CreateStackCommand || command instanceof UpdateStackCommand) {
      this.stacks[command.input.StackName!] = 'CREATE_IN_PROGRESS';
      this.roles.add('acme-ml-deploy-dev');
      return { StackId: 'id' };
    }
    throw new Error(`unexpected ${(command as object).constructor.name}`);
  }

  constructor(private readonly of: AccessTarget = target) {}

  async plan() {
    const found = await lookUp(this.clients, this.of, 'acme-ml-dev-access');
    return { found, steps: planBootstrap(configuration, this.of, found) };
  }

  async execute() {
    const { found, steps } = await this.plan();
    await executeBootstrap(this.clients, {
      configuration,
      target: this.of,
      found,
      steps,
      cdkBootstrap: async (account, region) => {
        this.sent.push(`cdk ${account} ${region}`);
        this.stacks[`CDKToolkit${region === 'eu-west-1' ? '' : ` in ${region}`}`] =
          'CREATE_COMPLETE';
      },
      pollMilliseconds: 1,
    });
    return (await this.plan()).steps;
  }
}
const states = (steps: readonly { id: string; state: string }[]) =>
  steps.map(({ id, state }) => `${id} ${state}`);

describe('bootstrapping an account', () => {
  it('finds everything missing in an empty one, does it in order, and finds nothing the second time', async () => {
    const account = new Account();
    const { steps } = await account.plan();
    expect(states(steps)).toEqual(['cdk to-do', 'provider to-do', 'role to-do']);
    expect(account.sent).toEqual([]); // looking changes nothing
    expect(states(await account.execute())).toEqual(['cdk done', 'provider done', 'role done']);
    expect(account.sent).toEqual([
      'cdk 111111111111 eu-west-1',
      'CreateOpenIDConnectProviderCommand',
      'CreateStackCommand',
    ]);
  });

  it('lets CDK deploy into each region that the environment has stacks in, and CI into no other', async () => {
    const regions = ['eu-west-1', 'eu-central-1'];
    const account = new Account({ ...target, regions });
    account.stacks['CDKToolkit'] = 'CREATE_COMPLETE';
    expect((await account.plan()).steps.map(({ region, state }) => [region, state])).toEqual([
      ['eu-west-1', 'done'],
      ['eu-central-1', 'to-do'],
      [undefined, 'to-do'],
      [undefined, 'to-do'],
    ]);
    await account.execute();
    expect(account.sent[0]).toBe('cdk 111111111111 eu-central-1');
    const role = accessTemplate(configuration, { ...target, regions }) as any;
    expect(
      role.Resources.DeployRole.Properties.Policies[0].PolicyDocument.Statement[0].Resource,
    ).toEqual(
      regions.map((one) => `arn:aws:iam::111111111111:role/cdk-*-role-111111111111-${one}`),
    );
  });

  it('creates no second provider: it takes the one that is there, whoever made it', async () => {
    const account = new Account();
    account.audiences = ['sts.amazonaws.com'];
    await account.execute();
    expect(account.sent).not.toContain('CreateOpenIDConnectProviderCommand');
  });

  it('adds its audience to a provider that knows another one only', async () => {
    const account = new Account();
    account.audiences = ['https://github.com/acme'];
    await account.execute();
    expect(account.audiences).toEqual(['https://github.com/acme', 'sts.amazonaws.com']);
  });

  it('leaves a role alone that somebody made by hand', async () => {
    const account = new Account();
    account.roles.add('acme-ml-deploy-dev');
    expect(states((await account.plan()).steps)).toContain('role by-hand');
    await account.execute();
    expect(account.sent).not.toContain('CreateStackCommand');
  });

  it('brings its own role up to date, and is content where nothing has changed', async () => {
    const account = new Account();
    await account.execute();
    account.sent.length = 0;
    await account.execute();
    expect(account.sent).toEqual(['UpdateStackCommand']);
  });

  it('reports a stack that failed, with CloudFormation’s reason', async () => {
    const account = new Account();
    account.outcome = 'ROLLBACK_COMPLETE';
    await expect(account.execute()).rejects.toThrow(/ended as ROLLBACK_COMPLETE.*a reason/);
  });

  it('refuses the credentials of another account, and says so before anything is asked of it', async () => {
    const account = new Account();
    account.id = '999999999999';
    await expect(account.execute()).rejects.toThrow(
      /"dev" is in 111111111111; nothing was changed/,
    );
    expect(account.sent).toEqual([]);
  });

  it('says where AWS cannot be asked', async () => {
    const account = new Account();
    (account.clients.sts as { send: unknown }).send = async () => {
      throw Object.assign(new Error('Could not load credentials'), {
        name: 'CredentialsProviderError',
      });
    };
    await expect(account.plan()).rejects.toThrow(/CredentialsProviderError.*Sign in first/);
  });

  it('knows what has to be there without asking', () => {
    const steps = planBootstrap(configuration, target, undefined);
    expect(states(steps)).toEqual(['cdk unknown', 'provider unknown', 'role unknown']);
    for (const { command } of steps) expect(command).toMatch(/^(npx|aws) /);
  });
});

describe('the role of CI', () => {
  const { Resources } = accessTemplate(configuration, target) as any;
  const { Properties } = Resources.DeployRole;

  it('trusts exactly one GitHub environment by exact match', () => {
    const [statement] = Properties.AssumeRolePolicyDocument.Statement;
    expect(statement.Principal.Federated).toBe(arn);
    expect(statement.Condition).toEqual({
      StringEquals: {
        'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
        'token.actions.githubusercontent.com:sub': 'repo:acme/acme-ml:environment:dev',
      },
    });
  });

  it('may only take on the roles of cdk bootstrap in its account and region', () => {
    expect(Object.keys(Resources)).toEqual(['DeployRole']); // the provider is the account's
    expect(Properties.Policies[0].PolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Resource: ['arn:aws:iam::111111111111:role/cdk-*-role-111111111111-eu-west-1'],
      },
    ]);
  });
});

describe('the preflight of quotas', () => {
  const needs = (name: string) => quotaNeeds(configuration, configuration.environments[name]!);
  const byName = (name: string) =>
    Object.fromEntries(needs(name).map((need) => [need.name, need.needed]));

  it('counts the instances of an environment: endpoints twice for a rollout, jobs where it trains', () => {
    expect(byName('dev')).toEqual({
      'ml.m5.large for endpoint usage': 4,
      'ml.g5.xlarge for spot training job usage': 2,
      'ml.m5.xlarge for training warm pool usage': 1,
      'ml.m5.xlarge for training job usage': 1,
    });
    expect(byName('prod')).toEqual({ 'ml.m5.xlarge for endpoint usage': 8 });
  });

  it('asks for what each type of endpoint runs on, and for nothing where SageMaker brings it', () => {
    const models = {
      quick: { flavour: 'xgboost', endpoint: { type: 'serverless' } },
      queued: { flavour: 'xgboost', endpoint: { type: 'asynchronous' } },
      nightly: {
        flavour: 'xgboost',
        endpoint: { type: 'batchTransform', batchSchedule: 'cron(0 5 * * ? *)' },
      },
    };
    const { normalised } = checkConfiguration({ ...written, models });
    const needed = quotaNeeds(normalised, normalised.environments['prod']!);
    expect(Object.fromEntries(needed.map((need) => [need.name, need.needed]))).toEqual({
      'ml.m5.xlarge for endpoint usage': 2,
      'ml.m5.xlarge for transform job usage': 1,
    });
  });

  it('finds what a new account has none of, on every page of the answer', async () => {
    const client = new ServiceQuotasClient({ region: 'eu-west-1' });
    client.send = (async (command: ListServiceQuotasCommand) => {
      expect(command.input.ServiceCode).toBe('sagemaker');
      return command.input.NextToken === undefined
        ? {
            NextToken: 'more',
            Quotas: [
              { QuotaName: 'ml.m5.large for endpoint usage', QuotaCode: 'L-1', Value: 4 },
              { QuotaName: 'ml.m5.xlarge for training job usage', QuotaCode: 'L-2', Value: 15 },
            ],
          }
        : {
            Quotas: [
              { QuotaName: 'ml.g5.xlarge for spot training job usage', QuotaCode: 'L-3', Value: 0 },
            ],
          };
    }) as never;
    const findings = await checkQuotas(client, needs('dev'));
    expect(findings.filter(({ enough }) => !enough)).toEqual([
      {
        name: 'ml.g5.xlarge for spot training job usage',
        needed: 2,
        has: 0,
        quotaCode: 'L-3',
        enough: false,
        for: ['models.churn.training'],
      },
    ]);
  });
});
