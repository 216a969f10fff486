/** Regimes of law and audit, in the words of wa-ml.json. */
export const regimes = ['gdpr', 'hipaa', 'soc2', 'pci', 'nist'] as const;
export type Regime = (typeof regimes)[number];
