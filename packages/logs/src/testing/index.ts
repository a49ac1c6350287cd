export { createFakeLogSource, type FakeLogSource } from './fake-log-source.ts';
