import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { readConfiguration } from '@wa-ml/config';
import { findRelease, PromotionError, withRelease, type Release } from '@wa-ml/ops';
import { describe, expect, it } from 'vitest';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const arn = 'arn:aws:sagemaker:eu-west-1:111111111111:model-package/acme-ml-churn-dev/4';
const { normalised: configuration } = readConfiguration(
  JSON.stringify({
    name: 'acme-ml',
    owner: 'ml@acme.example',
    environments: { dev: { tier: 'development', account: '111111111111', region: 'eu-west-1' } },
    models: { churn: { flavour: 'pytorch-tabular' } },
  }),
);

/** A registry with one approved package of these containers. */
const registry = (Containers: readonly object[]) =>
  ({
    send: (command: { constructor: { name: string } }) =>
      Promise.resolve(
        command.constructor.name === 'ListModelPackagesCommand'
          ? {
              ModelPackageSummaryList: [
                { ModelApprovalStatus: 'Approved', ModelPackageArn: arn, ModelPackageVersion: 4 },
              ],
            }
          : { InferenceSpecification: { Containers } },
      ),
  }) as unknown as SageMakerClient;
const find = (...containers: readonly object[]) =>
  findRelease(registry(containers), {
    ...{ configuration, model: 'churn', to: 'dev', gitCommit: 'abc', promotedBy: 'somebody' },
  });
const preprocess = { ContainerHostname: 'preprocess', Image: `host:5000/prepare@${digest('a')}` };
const model = {
  ContainerHostname: 'model',
  Image: 'host:5000/serve:7',
  ImageDigest: digest('b'),
  ModelDataUrl: 's3://bucket/model.tar.gz',
};

describe('a promoted package', () => {
  it('of one container is the release itself', async () => {
    const release = await find(model);
    expect(release).toMatchObject({
      image: 'host:5000/serve',
      imageDigest: digest('b'),
      modelDataUrl: 's3://bucket/model.tar.gz',
    });
    expect(release).not.toHaveProperty('containers');
  });

  it('of an inference pipeline lists its containers in the order of the requests', async () => {
    expect((await find(preprocess, model)).containers).toEqual([
      { hostname: 'preprocess', image: 'host:5000/prepare', imageDigest: digest('a') },
      {
        hostname: 'model',
        image: 'host:5000/serve',
        imageDigest: digest('b'),
        modelDataUrl: 's3://bucket/model.tar.gz',
      },
    ]);
  });

  it.each([
    ['no container', []],
    ['a container by tag', [model, { ...preprocess, Image: 'host:5000/prepare:1' }]],
    ['no artifact at all', [preprocess]],
  ])('is refused with %s', async (_, containers) => {
    await expect(find(...containers)).rejects.toThrow(PromotionError);
  });
});

describe('a release beside another', () => {
  const release = (version: number) => ({ modelPackageArn: `${arn}${version}` }) as Release;

  it('stands in the entry of the one that runs, with its share, and stays when that is replaced', () => {
    const challenged = withRelease({ churn: release(1) }, 'churn', release(2), {
      role: 'challenger',
      weight: 0.1,
    });
    expect(challenged).toEqual({
      churn: { ...release(1), challenger: { ...release(2), weight: 0.1 } },
    });
    expect(withRelease(challenged, 'churn', release(3))).toEqual({
      churn: { ...release(3), challenger: { ...release(2), weight: 0.1 } },
    });
  });

  it('is refused where nothing runs', () => {
    expect(() => withRelease({}, 'churn', release(2), { role: 'shadow', weight: 1 })).toThrow(
      /nothing to stand beside/,
    );
  });
});
