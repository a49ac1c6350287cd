export type { CallKind, EngineCall, Hold, WriteKind } from './engine-calls.ts';
export { createInMemoryEngine, type InMemoryEngine, type InMemoryEngineOptions } from './in-memory-engine.ts';
export type { ImageSpec } from './memory-images.ts';
