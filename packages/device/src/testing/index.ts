export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { createInMemoryStore } from './in-memory-store.ts';
