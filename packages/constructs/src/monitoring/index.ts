export * from './catalogued-alarm';
export * from './dashboard-rows';
export * from './model-dashboard';
export * from './significant-events';
