/** Figures of the cost policies of the documents, each with its requirement id. Budgets by tier: `defaultBudgetUsd`. */
export const cost = {
  /** "Notify on 50 %, 80 %, and 100 % of budget thresholds", and when the forecast reaches the budget. */
  budgetAlerts: { policy: 'COST-1', actualPercent: [50, 80, 100], forecastPercent: [100] },
  /** "Development below 100 US dollars a month", here of what stands there and is not used; one model. */
  idleDevelopment: { policy: 'COST-1', maxUsd: 100 },
  /** "Anomaly detection"; the share of the month's budget from which an anomaly is told is ours. */
  anomaly: { policy: 'COST-2', shareOfBudget: 0.1 },
  /** "Infrequent access after 30 days, Glacier after 90, expiry after 365"; in days. */
  lifecycle: {
    policy: 'COST-4',
    infrequentAccessDays: 30,
    glacierDays: 90,
    expiryDays: 365,
    abortUploadDays: 7,
  },
} as const;
