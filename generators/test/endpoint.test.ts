import { ConfigurationError, InputError, readConfiguration } from '@wa-ml/config';
import { endpointGenerator } from '@wa-ml/nx/generators';
import { describe, expect, it } from 'vitest';
import {
  commit,
  newRepository,
  projen,
  read,
  tree,
  write,
} from '../../packages/project/test/repository';
import runByNx from '../src/generators/endpoint/generator';
import { options } from '../src/options';
import { changedPaths, flush, printed, treeOf } from './workspace-tree';

const endpoints = (text: string) => readConfiguration(text).normalised.models['diagnosis']!.in;

describe('nx generate @wa-ml/nx:endpoint', () => {
  it('changes the settings for every environment', async () => {
    const root = newRepository();
    const changes = treeOf(root);
    await endpointGenerator(changes, { name: 'diagnosis', instanceType: 'ml.c5.xlarge', max: 6 });
    flush(root, changes);
    for (const { endpoint } of Object.values(endpoints(read(root, 'wa-ml.json'))))
      expect(endpoint).toMatchObject({ instanceType: 'ml.c5.xlarge', max: 6 });
    const before = tree(root);
    expect(projen(root)).toEqual([]);
    expect(tree(root)).toEqual(before);
  });

  it('changes them for one environment only, and keeps the other settings and comments', async () => {
    const root = newRepository({
      models: { diagnosis: { flavour: 'pytorch-tabular', endpoint: { max: 5 } } },
    });
    write(root, 'wa-ml.json', read(root, 'wa-ml.json').replace('"max"', '// peak in May\n "max"'));
    commit(root);
    const changes = treeOf(root);
    await endpointGenerator(changes, {
      name: 'diagnosis',
      environment: 'prod',
      min: 3,
      budgetUsd: 900,
    });
    const text = changes.read('wa-ml.json', 'utf8')!;
    expect(text).toContain('// peak in May');
    expect(endpoints(text)).toMatchObject({
      dev: { endpoint: { min: 1, max: 5 } },
      prod: { endpoint: { min: 3, max: 5, budgetUsd: 900 } },
    });
  });

  it('takes every setting of the schema: the API in front, the cache of the server', async () => {
    const root = newRepository();
    const changes = treeOf(root);
    await endpointGenerator(changes, { name: 'diagnosis', api: { rate: 5 }, cache: true });
    for (const { endpoint } of Object.values(endpoints(changes.read('wa-ml.json', 'utf8')!))) {
      expect(endpoint.api).toMatchObject({ rate: 5, burst: 10, auth: 'iam' });
      expect(endpoint.server.cache).toBeDefined();
    }
  });

  it('changes every setting that wa-ml.json has of an endpoint', async () => {
    const changes = treeOf(newRepository());
    await endpointGenerator(changes, {
      name: 'diagnosis',
      environment: 'dev',
      type: 'serverless',
      memoryMb: 4096,
      outOfRange: 'refuse',
      cache: { megabytes: 8 },
    });
    expect(endpoints(changes.read('wa-ml.json', 'utf8')!)['dev']!.endpoint).toMatchObject({
      type: 'serverless',
      rollout: 'all-at-once',
      serverless: { memoryMb: 4096 },
      server: { outOfRange: 'refuse', cache: { megabytes: 8 } },
    });
  });

  it('explains what a type and a rollout cost, where Nx lists the options', () => {
    expect(options['endpoint']!.properties['type']!.description).toMatch(/billed by the hour/);
    expect(options['endpoint']!.properties['rollout']!.description).toMatch(
      /pay for a second fleet/,
    );
  });

  it('says where an environment’s own setting wins', async () => {
    const root = newRepository({
      models: {
        diagnosis: {
          flavour: 'pytorch-tabular',
          environments: { prod: { endpoint: { max: 9 } }, dev: { endpoint: { min: 1 } } },
        },
      },
    });
    const callback = await endpointGenerator(treeOf(root), { name: 'diagnosis', max: 6 });
    expect(await printed(callback)).toMatch(/^prod: .* which win\.$/m);
  });

  it.each([
    ['a model that is not there', { name: 'diagnoses', max: 3 }, /Did you mean diagnosis\?/],
    ['no setting', { name: 'diagnosis' }, /--instanceType/],
    [
      'an environment that is not there',
      { name: 'diagnosis', environment: 'prd', max: 3 },
      ConfigurationError,
    ],
    [
      'a rollout that the type does not have',
      { name: 'diagnosis', type: 'multiModel' as const, rollout: 'shadow' as const },
      /models\.diagnosis\.endpoint\.rollout/,
    ],
    ['an ended family', { name: 'diagnosis', instanceType: 'ml.p3.2xlarge' }, ConfigurationError],
    [
      'one instance in production',
      { name: 'diagnosis', environment: 'prod', min: 1 },
      ConfigurationError,
    ],
  ])('refuses %s and changes nothing', async (_title, options, error) => {
    const changes = treeOf(newRepository());
    const failed = endpointGenerator(changes, options);
    await expect(failed).rejects.toThrow(error);
    await expect(failed).rejects.toBeInstanceOf(InputError);
    expect(changedPaths(changes)).toEqual([]);
  });

  it('prints every problem on lines of its own, with why and what instead', async () => {
    const options = {
      name: 'diagnosis',
      instanceType: 'ml.p3.2xlarge',
      environment: 'prod',
      min: 1,
    };
    const error: Error = await runByNx(treeOf(newRepository()), options).then(
      () => expect.unreachable(),
      (reason) => reason,
    );
    expect(error).toBeInstanceOf(ConfigurationError);
    // Nx prints the first line as the title, and offers a stack where there is one.
    expect(error.stack).toBe('');
    expect(error.message).toMatch(/^wa-ml\.json has 2 problems\.\n/);
    expect(error.message).toContain(
      [
        'models.diagnosis.environments.prod.endpoint.instanceType ml.p3.2xlarge is of a family that has ended.',
        '  why      SageMaker no longer offers ml.p3 to new work.',
        '  instead  ml.g5.2xlarge',
      ].join('\n'),
    );
    expect(error.message).toMatch(
      /^models\S+\.min "prod" would run 1 instance\.\n {2}why {6}Reliability.*\n {2}instead/m,
    );
  });
});
