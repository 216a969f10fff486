export * from './deployment-config';
export * from './endpoint-role';
export * from './endpoint-scaling';
export * from './model-endpoint';
export * from './release';
export * from './virtual-cpus';
