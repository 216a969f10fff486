import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnCondition, CfnResource, Fn, Stack, Validations } from 'aws-cdk-lib';
import { MlChecks, mlRules, checkedApp, synthesise, CapabilityStack } from '@wa-ml/constructs';
import { readConfiguration } from '@wa-ml/config';
import { describe, expect, it, vi } from 'vitest';
import { example } from './generated-infra';
import type { Case, RuleCases } from './ml-rules/cases';
import { apiCases } from './ml-rules/api';
import { endpointCases } from './ml-rules/endpoint';
import { otherCases } from './ml-rules/other';
import { pipelineCases } from './ml-rules/pipeline';

const cases: Readonly<Record<string, RuleCases>> = {
  ...apiCases,
  ...endpointCases,
  ...pipelineCases,
  ...otherCases,
};

const { normalised: configuration } = readConfiguration(JSON.stringify(example));

/** What the pack finds in the first resource of a template, of one rule: the parts, or '' where it names none. */
function findings(rule: string, template: Case, tier: RuleCases['tier'] = 'production'): string[] {
  const environment = configuration.environments[tier === 'development' ? 'dev' : 'prod']!;
  const stack = new CapabilityStack(new App(), 'serving', { configuration, environment });
  for (const [id, { Type, Properties, Metadata, Condition }] of Object.entries(template)) {
    const resource = new CfnResource(stack, id, { type: Type, properties: { ...Properties } });
    resource.overrideLogicalId(id);
    for (const [key, value] of Object.entries(Metadata ?? {})) resource.addMetadata(key, value);
    if (Condition) resource.cfnOptions.condition = conditionOf(stack, Condition);
  }
  const asked = Object.keys(template)[0]!;
  return new MlChecks()
    .validateScope(stack)
    .violations.filter((violation) =>
      violation.violatingResources!.some(({ constructPath }) =>
        constructPath!.endsWith(`/${asked}`),
      ),
    )
    .map(({ ruleName, description }) => {
      expect(description, ruleName).not.toContain('Rule threw');
      return /^WaMl-([a-z-]+)(?:\[(.*)\])?$/.exec(ruleName)!;
    })
    .filter(([, id]) => id === rule)
    .map(([, , part]) => part ?? '');
}

function conditionOf(stack: Stack, name: string): CfnCondition {
  const existing = stack.node.tryFindChild(name) as CfnCondition | undefined;
  return existing ?? new CfnCondition(stack, name, { expression: Fn.conditionEquals(1, 1) });
}

describe.each(mlRules.map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
  const { compliant, broken, tier } = cases[id] ?? { compliant: [], broken: [] };

  it('has cases of both kinds, for resources that it looks at', () => {
    expect(compliant.length).toBeGreaterThan(0);
    expect(broken.length).toBeGreaterThan(0);
    for (const template of [...compliant, ...broken]) {
      const resources = 'template' in template ? template.template : template;
      expect(rule.resources).toContain(Object.values(resources as Case)[0]!.Type);
    }
  });
  it.each(compliant.map((template, index) => [index, template] as const))(
    'lets compliant case %i through',
    (_, template) => expect(findings(id, template, tier)).toEqual([]),
  );
  it.each(broken.map((entry, index) => [index, entry] as const))(
    'finds broken case %i',
    (_, entry) => {
      const [template, parts] =
        'template' in entry && 'parts' in entry
          ? [entry.template as Case, entry.parts as readonly string[]]
          : [entry as Case, undefined];
      const found = findings(id, template, tier);
      if (parts) expect(found.sort()).toEqual([...parts].sort());
      else expect(found.length).toBeGreaterThan(0);
    },
  );
  it('says what, why and which policy in whole sentences', () => {
    expect(rule.what).toMatch(/^[A-Z].*\.$/);
    expect(rule.why).toMatch(/^[A-Z].*\.$/);
    expect(rule.policy).toMatch(/^[A-Z]+-\d+$/);
  });
});

describe('the pack', () => {
  it('has at least 30 rules, each in a file of its name, and no file that is in no list', () => {
    const folder = join(__dirname, '..', 'src', 'nag', 'rules');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.includes('/') && file.endsWith('.ts'))
      .map((file) => file.replace(/^.*\//, '').replace(/\.ts$/, ''));
    expect(files.sort()).toEqual(mlRules.map(({ id }) => id).sort());
    expect(files.length).toBeGreaterThanOrEqual(30);
  });

  it('holds production to rules that development is free of', () => {
    const template = endpointCases['variant-two-instances']!.broken[0] as { template: Case };
    expect(findings('variant-two-instances', template.template, 'production')).toHaveLength(1);
    expect(findings('variant-two-instances', template.template, 'development')).toEqual([]);
    const spot = pipelineCases['training-on-spot']!.broken[0] as { template: Case };
    expect(findings('training-on-spot', spot.template, 'production')).toEqual([]);
  });

  it('reads each pipeline definition once, and the tree anew for each validation', () => {
    const stack = new Stack(new App(), 'Stack');
    const template = pipelineCases['jobs-in-vpc']!.compliant[0]!;
    const { Type, Properties } = Object.values(template)[0]!;
    const pipeline = new CfnResource(stack, 'Pipeline', {
      type: Type,
      properties: { ...Properties },
    });
    const pack = new MlChecks();
    const unreadable = () =>
      pack
        .validateScope(stack)
        .violations.some(({ ruleName }) => ruleName === 'WaMl-pipeline-definition-readable');
    const parse = vi.spyOn(JSON, 'parse');
    expect(unreadable()).toBe(false);
    const definitions = parse.mock.calls.filter(([text]) => String(text).includes('"Steps"'));
    parse.mockRestore();
    expect(definitions).toHaveLength(1);
    pipeline.addPropertyOverride('PipelineDefinition.PipelineDefinitionBody', 'no JSON');
    expect(unreadable()).toBe(true);
  });

  it('fails the synthesis of a generated app, and is set aside by a reason', () => {
    const add = (acknowledge: boolean) => {
      const app = checkedApp({ builtinCloudFormationValidation: false });
      const stack = new Stack(app, 'Stack');
      const resource = new CfnResource(stack, 'Model', { type: 'AWS::SageMaker::Model' });
      if (acknowledge)
        Validations.of(resource).acknowledge({
          id: 'WaMl-model-network-isolation',
          reason: 'This model asks a service of ours for every prediction.',
        });
      return synthesise(app);
    };
    const rule = 'WaMl-model-network-isolation';
    const before = add(false);
    expect(before.exitCode).toBe(1);
    expect(before.findings.map((finding) => finding.rule)).toContain(rule);
    expect(add(true).findings.map((finding) => finding.rule)).not.toContain(rule);
  });
});
