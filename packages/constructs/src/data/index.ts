export * from './data-lake';
export * from './dataset-pipeline';
export * from './delivery-workflow';
