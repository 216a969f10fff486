export * from './edge-firewall';
export * from './front-door';
export * from './gateway-log-role';
