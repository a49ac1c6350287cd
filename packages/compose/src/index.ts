export * from './container-config.ts';
export type * from './observed.ts';
export type * from './execute/ports.ts';
export type * from './plan/operation.ts';
