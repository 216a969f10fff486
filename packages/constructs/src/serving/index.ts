export * from './deployment-config';
export * from './endpoint-role';
export * from './endpoint-scaling';
export * from './front-door';
export * from './model-endpoint';
export * from './release';
export * from './virtual-cpus';
