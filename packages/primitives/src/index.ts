export { backoffDelay } from './backoff-delay.ts';
export type { Clock } from './clock.ts';
export { delay } from './delay.ts';
export { InvalidJsonError } from './errors.ts';
export { GatheredBytes } from './gathered-bytes.ts';
export { parseBoolean } from './parse-boolean.ts';
export { parseJson, tryParseJson } from './parse-json.ts';
export { createSemaphore } from './semaphore.ts';
