import { afterAll, beforeAll } from 'vitest';
import { useLightObjects } from './use-light-objects.ts';

const platform = { Headers, Request, Response };

beforeAll(useLightObjects);
afterAll(() => void Object.assign(globalThis, platform));

// The tests of the server once more, with the objects that the supervisor has. The query makes them modules of their own:
// test files of one process share the modules that were loaded before.
const TESTS = ['../transport/listen.test.ts?light', '../transport/bounds.test.ts?light', '../answers.test.ts?light'];
for (const file of TESTS) await import(/* @vite-ignore */ file);
