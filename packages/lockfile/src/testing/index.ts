export { createInMemoryLocks, type InMemoryLocks } from './in-memory-locks.ts';
export { describeUpdateLocksContract, type UpdateLocksHarness } from './update-locks-contract.ts';
