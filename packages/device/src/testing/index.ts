export { createFakeClock, type FakeClock } from '@device-supervisor/primitives/testing';
export { createInMemoryHost, type InMemoryHost, type InMemoryHostState } from './in-memory-host.ts';
export { createInMemoryStore } from './in-memory-store.ts';
