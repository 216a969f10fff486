export * from './catalogued-alarm';
