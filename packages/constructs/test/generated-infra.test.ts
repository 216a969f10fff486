import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { assembleInfra, example, releaseIn, synthesiseExample } from './generated-infra';

const repository = join(__dirname, '..', '..', '..');
const binary = (name: string) => join(repository, 'node_modules', '.bin', name);

describe('the generated infra/', () => {
  it('passes CloudFormation’s own rules with everything released', async () => {
    const { findings } = await synthesiseExample({
      app: { builtinCloudFormationValidation: true },
    });
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('type-checks strictly as it will lie in a repository', () => {
    const folder = assembleInfra();
    const tsconfig = join(folder, 'infra', 'tsconfig.json');
    // Only here do the packages resolve to their sources; a generated repository has the built ones.
    const arguments_ = [
      '--project',
      tsconfig,
      '--customConditions',
      '@wa-ml/source',
      '--resolveJsonModule',
    ];
    expect(execFileSync(binary('tsc'), arguments_, { encoding: 'utf8' })).toBe('');
  });

  it('has stacks under 120 lines', () => {
    const infra = join(assembleInfra(), 'infra');
    for (const name of readdirSync(infra).filter((file) => file.endsWith('.ts'))) {
      expect(readFileSync(join(infra, name), 'utf8').split('\n').length, name).toBeLessThan(120);
    }
  });

  describe('app.ts', () => {
    const folder = assembleInfra();
    writeFileSync(join(folder, 'wa-ml.json'), JSON.stringify(example));
    mkdirSync(join(folder, 'releases'));
    writeFileSync(join(folder, 'releases', 'prod.json'), JSON.stringify(releaseIn('prod')));
    const { app } = JSON.parse(readFileSync(join(folder, 'infra', 'cdk.json'), 'utf8')) as {
      app: string;
    };
    const run = (context: object) =>
      spawnSync(app.split(' ')[0]!, ['-C', '@wa-ml/source', ...app.split(' ').slice(1)], {
        cwd: join(folder, 'infra'),
        encoding: 'utf8',
        env: {
          ...process.env,
          CDK_CONTEXT_JSON: JSON.stringify(context),
          CDK_OUTDIR: join(folder, 'infra', 'cdk.out'),
          CDK_VALIDATION: 'false',
        },
      });

    it('synthesises only the environment that is asked for, with its release', () => {
      const { status, stderr } = run({ environment: 'prod' });
      expect(stderr).toContain('Checks: 1 finding.');
      expect(stderr).toContain('warning  WaMl-scaling-measured');
      expect(status).toBe(0);
      const templates = readdirSync(join(folder, 'infra', 'cdk.out')).filter((name) =>
        name.endsWith('.template.json'),
      );
      // Foundation, backup, training, serving, monitoring and cost.
      expect(templates).toHaveLength(7);
      expect(templates.every((name) => name.startsWith('acme-ml-prod-'))).toBe(true);
      expect(
        readFileSync(
          join(folder, 'infra', 'cdk.out', 'acme-ml-prod-serving-diagnosis.template.json'),
          'utf8',
        ),
      ).toContain('AWS::SageMaker::Endpoint"');
    });

    it('synthesises only the model that is asked for, and names the models when one does not exist', () => {
      expect(run({ environment: 'dev', model: 'diagnosis' }).status).toBe(0);
      const { status, stderr } = run({ environment: 'dev', model: 'diagnoses' });
      expect(status).toBe(2);
      expect(stderr).toContain('There is no model "diagnoses".');
      expect(stderr).toContain('Write -c model=diagnosis.');
    });

    it('names the environments when one does not exist, and ends with 2', () => {
      const { status, stderr } = run({ environment: 'production' });
      expect(status).toBe(2);
      expect(stderr).toContain('wa-ml.json has dev, staging, prod.');
      expect(stderr).not.toContain('    at '); // no stack trace
    });

    it('ends with 1 and a short list when customise.ts adds what the rules refuse', () => {
      writeFileSync(
        join(folder, 'infra', 'customise.ts'),
        "import { Bucket } from 'aws-cdk-lib/aws-s3';\nimport type { CapabilityStack } from '@wa-ml/constructs';\n" +
          "export function customise(stack: CapabilityStack): void {\n  if (stack.capability === 'cost') new Bucket(stack, 'Careless');\n}\n",
      );
      const { status, stderr } = run({ environment: 'dev' });
      expect(status).toBe(1);
      expect(stderr).toContain('acme-ml-dev-cost/Careless/Resource');
      expect(stderr.split('\n').length).toBeLessThan(30);
    });
  });

  it('is exported as plain CloudFormation: without anything of CDK’s own', async () => {
    const { templates } = await synthesiseExample({ app: { context: { plain: 'true' } } });
    for (const [name, template] of Object.entries(templates)) {
      expect(Object.keys(template).sort(), name).toEqual(
        [
          ...['Description', 'Resources', ...(template.Outputs ? ['Outputs'] : [])],
          // Of an endpoint that stops at night.
          ...(template.Conditions ? ['Conditions', 'Parameters'] : []),
        ].sort(),
      );
      expect(JSON.stringify(template), name).not.toContain('cdk-bootstrap');
    }
    const usual = await synthesiseExample();
    expect(JSON.stringify(usual.templates)).toContain('cdk-bootstrap');
    for (const [name, { Resources }] of Object.entries(templates)) {
      const others = usual.templates[name]!.Resources;
      expect(Object.keys(Resources)).toEqual(Object.keys(others));
      for (const [id, resource] of Object.entries(others))
        // What stops an endpoint passes on the version of CDK's bootstrap, where there is one.
        if (!/bootstrap/i.test(JSON.stringify(resource)))
          expect(Resources[id], id).toEqual(resource);
    }
  });

  it('looks nothing up: the account is never asked', async () => {
    const { app } = await synthesiseExample();
    expect(app).toBeInstanceOf(App);
    const missing = app.node.children.flatMap((child) =>
      child instanceof Stack ? ((child as any)._missingContext ?? []) : [],
    );
    expect(missing).toEqual([]);
  });
});
