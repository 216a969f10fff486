import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import {
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  SageMakerClient,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { InputError, readConfiguration } from '@wa-ml/config';
import { findRelease, parseReleases, PromotionError } from '@wa-ml/ops';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commit, git, newRepository, read, textOf } from '../packages/project/test/repository';
import { startMoto, type Moto } from './moto';

const digest = `sha256:${'ab12'.repeat(16)}`;
const repository = '111111111111.dkr.ecr.eu-west-1.amazonaws.com/acme-ml-diagnosis';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
let moto: Moto;
let client: SageMakerClient;

beforeAll(async () => {
  moto = await startMoto();
  client = new SageMakerClient({ endpoint: moto.endpoint, region: 'eu-west-1', credentials });
  await client.send(
    new CreateModelPackageGroupCommand({ ModelPackageGroupName: 'acme-ml-diagnosis-dev' }),
  );
});
afterAll(() => moto?.stop());

async function register(
  image: string,
  status: 'Approved' | 'PendingManualApproval' | 'Rejected',
): Promise<string> {
  const { ModelPackageArn } = await client.send(
    new CreateModelPackageCommand({
      ModelPackageGroupName: 'acme-ml-diagnosis-dev',
      ModelApprovalStatus: 'PendingManualApproval',
      InferenceSpecification: {
        Containers: [{ Image: image, ModelDataUrl: 's3://bucket/diagnosis/model.tar.gz' }],
        SupportedContentTypes: ['text/csv'],
        SupportedResponseMIMETypes: ['application/json'],
      },
    }),
  );
  if (status !== 'PendingManualApproval')
    await client.send(
      new UpdateModelPackageCommand({ ModelPackageArn, ModelApprovalStatus: status }),
    );
  return ModelPackageArn!;
}

const options = (more: object = {}) => ({
  configuration: readConfiguration(textOf()).normalised,
  model: 'diagnosis',
  to: 'dev',
  gitCommit: 'abc',
  promotedBy: 'somebody',
  ...more,
});

describe('promotion from the registry', () => {
  it('refuses an empty registry, and one where nothing is approved, saying what there is', async () => {
    await expect(findRelease(client, options())).rejects.toThrow(/Nothing has been registered/);
    await register(`${repository}@${digest}`, 'PendingManualApproval');
    await expect(findRelease(client, options())).rejects.toThrow(
      /version 1: PendingManualApproval/,
    );
  });

  it('takes the newest approved package, or the version that was asked for', async () => {
    const second = await register(`${repository}@${digest}`, 'Approved');
    const third = await register(`${repository}@${digest}`, 'Approved');
    await register(`${repository}@${digest}`, 'Rejected');
    expect(await findRelease(client, options())).toMatchObject({
      modelPackageArn: third,
      image: repository,
      imageDigest: digest,
      modelDataUrl: 's3://bucket/diagnosis/model.tar.gz',
      gitCommit: 'abc',
    });
    expect((await findRelease(client, options({ version: 2 }))).modelPackageArn).toBe(second);
    await expect(findRelease(client, options({ version: 4 }))).rejects.toThrow(PromotionError);
  });

  it('refuses an unknown model or environment with the nearest known one', async () => {
    await expect(findRelease(client, options({ model: 'diagnosys' }))).rejects.toThrow(
      /"diagnosis"/,
    );
    await expect(findRelease(client, options({ to: 'devv' }))).rejects.toThrow(InputError);
  });

  it('reports a registry that is not there', async () => {
    await expect(findRelease(client, options({ to: 'prod' }))).rejects.toThrow(PromotionError);
  });

  it('wa-ml promote writes the release, says what is next, and does nothing the second time', () => {
    const root = newRepository();
    const waMl = (...args: string[]) =>
      spawnSync(
        process.execPath,
        [join(__dirname, '../packages/project/lib/cli/bin.js'), ...args],
        {
          cwd: root,
          encoding: 'utf8',
          env: {
            ...process.env,
            AWS_ENDPOINT_URL: moto.endpoint,
            AWS_ACCESS_KEY_ID: 'test',
            AWS_SECRET_ACCESS_KEY: 'test',
          },
        },
      );
    const dry = waMl('promote', 'diagnosis', '--to', 'dev', '--dry-run');
    expect([dry.status, dry.stderr, read(root, 'releases/dev.json')]).toEqual([0, '', '{}\n']);
    const first = waMl('promote', 'diagnosis', '--to', 'dev');
    expect(first.stdout).toContain('Wrote releases/dev.json');
    const { diagnosis } = parseReleases(read(root, 'releases/dev.json'), 'releases/dev.json');
    expect(diagnosis).toMatchObject({
      imageDigest: digest,
      gitCommit: git(root, 'rev-parse', 'HEAD').trim(),
    });
    commit(root);
    const again = waMl('promote', 'diagnosis', '--to', 'dev', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ written: false });
    expect(git(root, 'status', '--porcelain')).toBe('');
    expect(waMl('promote', 'diagnosis', '--to', 'prod').status).toBe(1);
    expect(waMl('promote', 'diagnosis', '--to', 'nope').status).toBe(2);
    expect(waMl('promote').stderr).toContain('wa-ml promote MODEL --to ENVIRONMENT');
  });

  it('refuses a package whose image is named by a tag', async () => {
    await register(`${repository}:latest`, 'Approved');
    await expect(findRelease(client, options())).rejects.toThrow(/a tag can move/);
  });
});
