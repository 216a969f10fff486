import type { Regime } from '@wa-ml/config';
import { Validations, type App } from 'aws-cdk-lib';
import { HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks, type NagPack } from 'cdk-nag';

/**
 * The pack of rules that cdk-nag has for a regime. GDPR and SOC 2 have none in cdk-nag 3.0.2: their part is retention,
 * recovery and the rules of AwsSolutions and our own, which check every repository.
 */
const packs: Readonly<Partial<Record<Regime, new () => NagPack>>> = {
  hipaa: HIPAASecurityChecks,
  pci: PCIDSS321Checks,
  nist: NIST80053R5Checks,
};

const added = new WeakMap<App, Set<Regime>>();

/** Adds the packs of the regimes that bind a repository to an app's checks; each of them once, however often it is asked. */
export function checkCompliance(app: App, compliance: readonly Regime[]): void {
  const known = added.get(app) ?? new Set();
  added.set(app, known);
  for (const regime of compliance) {
    const Pack = packs[regime];
    if (!Pack || known.has(regime)) continue;
    known.add(regime);
    Validations.of(app).addPlugins(new Pack());
  }
}
