import { randomBytes } from 'node:crypto';

/** The header, as Node.js spells it. */
export const REQUEST_ID = 'x-request-id';

/** Makes a function that names requests: as the client does, if that is harmless in a log, else by counting them. */
export function createRequestNames(): (given: string | readonly string[] | undefined) => string {
  const run = randomBytes(4).toString('hex');
  let count = 0;
  return (given) => (typeof given === 'string' && HARMLESS.test(given) ? given : `${run}-${++count}`);
}

const HARMLESS = /^[\w.:-]{1,64}$/;
