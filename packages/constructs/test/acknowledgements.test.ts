import { Validations } from 'aws-cdk-lib';
import { describe, expect, it, vi } from 'vitest';
import { everything, releasesOfEverything } from './everything';
import { synthesiseExample } from './generated-infra';

/** Every exception that is written down, and left out here so that what it is for is found. */
const acknowledged: { at: string; id: string }[] = [];
const spy = vi.spyOn(Validations.prototype, 'acknowledge').mockImplementation(function (
  this: Validations,
  ...all
) {
  const { scope } = this as unknown as { scope: { node: { path: string } } };
  for (const { id } of all) acknowledged.push({ at: scope.node.path, id });
});
const { findings } = await synthesiseExample({
  configuration: everything,
  environments: ['dev', 'prod'], // the one trains, the other is copied to another region
  releases: releasesOfEverything,
  app: { builtinCloudFormationValidation: true },
});
spy.mockRestore();

/** CDK acknowledges these on every flow log, whether they are found or not. */
const ofCdk: readonly string[] = ['F3002', 'F3003'];
/** The rule alone: not every pack has each, and CloudFormation's own are acknowledged with the name of its check. */
const ruleOf = (id: string) =>
  id.replace(/^(HIPAA\.Security-|PCI\.DSS\.321-|NIST\.800\.53\.R5-|CloudFormation-Validate::)/, '');
const found = new Set(findings.map(({ rule, resource }) => `${ruleOf(rule)} at ${resource}`));
const isFound = ({ at, id }: { at: string; id: string }) =>
  [...found].some((one) => {
    const [rule = '', resource = ''] = one.split(' at ');
    const isOf = rule === ruleOf(id) || rule.startsWith(`${ruleOf(id)}[`);
    return isOf && (resource === at || resource.startsWith(`${at}/`));
  });

describe('an acknowledgement', () => {
  it('is for something that the checks find where it is left out', () => {
    expect(
      new Set(acknowledged.map(({ id }) => ruleOf(id.replace(/\[.*/, '')))).size,
    ).toBeGreaterThan(12);
    const idle = acknowledged
      .filter((one) => !ofCdk.includes(ruleOf(one.id)) && !isFound(one))
      .map(({ at, id }) => `${id} at ${at}`);
    expect([...new Set(idle)].sort()).toEqual([]);
  });
});
