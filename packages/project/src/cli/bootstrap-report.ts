import type { AccessTarget, BootstrapStep, QuotaFinding } from '@wa-ml/ops';

const marks: Readonly<Record<BootstrapStep['state'], string>> = {
  done: '✓ there',
  'to-do': '✗ missing',
  'by-hand': '✓ made by hand',
  unknown: '? not asked',
};

/** What the account has and what it lacks, each with the command that mends it. */
export function formatBootstrap(
  { environment }: AccessTarget,
  steps: readonly BootstrapStep[],
  quotas: readonly QuotaFinding[],
  unread?: string,
): string {
  const missing = quotas.filter(({ enough }) => !enough);
  return [
    `${environment.name}: account ${environment.account}, ${environment.region}`,
    ...steps.map(({ what, state, command }) =>
      state === 'done' || state === 'by-hand'
        ? `  ${marks[state]}: ${what}`
        : `  ${marks[state]}: ${what}\n      ${command}`,
    ),
    ...(unread === undefined ? [] : [`  ? the quotas of SageMaker could not be read: ${unread}`]),
    ...(quotas.length > 0 && missing.length === 0 ? ['  ✓ the quotas of SageMaker suffice'] : []),
    ...missing.map(
      ({ name, has, needed, quotaCode, for: settings }) =>
        `  ✗ quota "${name}" is ${has} and ${settings.join(', ')} need${settings.length === 1 ? 's' : ''} ${needed}\n      aws service-quotas request-service-quota-increase --service-code sagemaker --quota-code ${quotaCode} --desired-value ${needed} --region ${environment.region}`,
    ),
    ...(steps.some(({ state }) => state === 'to-do')
      ? [`Next: npx wa-ml bootstrap ${environment.name} --execute`]
      : []),
    '',
  ].join('\n');
}
