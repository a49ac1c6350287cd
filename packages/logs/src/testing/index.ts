export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { createFakeLogSource, type FakeLogSource } from './fake-log-source.ts';
