export type * from './client-locks.ts';
export type * from './device-locks.ts';
export type * from './update-locks.ts';
