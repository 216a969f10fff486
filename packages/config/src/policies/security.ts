/** Figures of the security policies of the ML Lens document, each with its requirement id. */
export const security = {
  /** "TLS 1.2+ for all API calls." */
  transit: { policy: 'SEC-2', minTlsVersion: 1.2 },
} as const;
