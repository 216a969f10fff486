export * from './spend-budget';
export * from './spend-anomalies';
