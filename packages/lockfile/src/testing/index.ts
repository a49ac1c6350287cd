export { createInMemoryLocks, type InMemoryLocks } from './in-memory-locks.ts';
