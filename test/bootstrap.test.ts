import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { GetRoleCommand, IAMClient, ListOpenIDConnectProvidersCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newRepository, textOf } from '../packages/project/test/repository';
import { startMoto, type Moto } from './moto';

/** moto's own account. */
const account = '123456789012';
const program = join(__dirname, '../packages/project/lib/cli/bin.js');
let moto: Moto;
let root: string;

beforeAll(async () => {
  moto = await startMoto();
  root = newRepository();
  const text = textOf().replace(/"account": "\d{12}"/, `"account": "${account}"`);
  writeFileSync(join(root, 'wa-ml.json'), text);
  // `cdk bootstrap` has been here: it is CDK's own command, and another test than this.
  await new CloudFormationClient({ ...credentials() }).send(
    new CreateStackCommand({
      StackName: 'CDKToolkit',
      TemplateBody: JSON.stringify({ Resources: { One: { Type: 'AWS::SNS::Topic' } } }),
    }),
  );
});
afterAll(() => moto?.stop());

const credentials = () => ({
  endpoint: moto.endpoint,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
const waMl = (...args: string[]) =>
  spawnSync(process.execPath, [program, 'bootstrap', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      AWS_ENDPOINT_URL: moto.endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
  });
const repository = ['--repository', 'acme/acme-ml'] as const;
const stepsOf = (...args: string[]) => {
  const { stdout, stderr, status } = waMl(...args, ...repository, '--json');
  expect(stderr).toBe('');
  return [status, ...JSON.parse(stdout).steps.map(({ id, state }: any) => `${id} ${state}`)];
};

describe('wa-ml bootstrap', () => {
  it('changes nothing until it is told to, then does what is missing, once', async () => {
    const missing = [1, 'cdk done', 'provider to-do', 'role to-do'];
    expect(stepsOf('dev')).toEqual(missing);
    expect(stepsOf('dev')).toEqual(missing);
    expect(stepsOf('dev', '--execute')).toEqual([0, 'cdk done', 'provider done', 'role done']);
    expect(stepsOf('dev', '--execute')).toEqual([0, 'cdk done', 'provider done', 'role done']);

    const iam = new IAMClient(credentials());
    const { OpenIDConnectProviderList } = await iam.send(new ListOpenIDConnectProvidersCommand({}));
    expect(OpenIDConnectProviderList).toHaveLength(1);
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'acme-ml-deploy-dev' }));
    expect(decodeURIComponent(Role!.AssumeRolePolicyDocument!)).toContain(
      'repo:acme/acme-ml:environment:dev',
    );
  });

  it('refuses an environment of another account', () => {
    const { status, stderr } = waMl('staging', ...repository);
    expect([status, stderr]).toEqual([
      3,
      expect.stringContaining(`credentials of the account ${account}`),
    ]);
  });

  it('says what has to be there without asking AWS, and prints the template of the role', () => {
    const { stdout, status } = waMl('prod', ...repository, '--offline');
    expect([status, stdout]).toEqual([0, expect.stringContaining('npx cdk bootstrap aws://')]);
    expect(JSON.parse(waMl('prod', ...repository, '--template').stdout)).toHaveProperty(
      'Resources.DeployRole.Properties.RoleName',
      'acme-ml-deploy-prod',
    );
  });

  it.each([
    [[], 'Which environment?'],
    [['devv', ...repository], 'Did you mean "dev"?'],
    [['dev'], 'Say --repository OWNER/NAME.'],
    [['dev', '--repository', 'acme/*'], '"acme/*" is no repository on GitHub.'],
    [['dev', ...repository, '--offline', '--execute'], '--execute needs to ask AWS.'],
  ])('refuses %j', (args, message) => {
    const { status, stderr } = waMl(...args);
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it('takes the repository from the remote', () => {
    const git = (...args: string[]) => spawnSync('git', args, { cwd: root });
    git('remote', 'add', 'origin', 'git@github.com:acme/other.git');
    expect(waMl('dev', '--template').stdout).toContain('repo:acme/other:environment:dev');
    git('remote', 'remove', 'origin');
  });
});
