export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { createInMemoryHost, type InMemoryHost, type InMemoryHostState } from './in-memory-host.ts';
export { createInMemoryStore } from './in-memory-store.ts';
