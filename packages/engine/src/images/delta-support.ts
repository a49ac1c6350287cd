import { EngineRequestError } from '../errors.ts';
import type { Transport } from '../transport/transport.ts';

/**
 * Whether an engine can put images together from deltas, asked once. No version tells: balenaEngine has the numbers of
 * the Docker engine that it is made from. Only it has the call that makes deltas.
 */
export function createDeltaSupport(transport: Transport): () => Promise<boolean> {
  let known: boolean | null = null;
  return async () => {
    known ??= await knowsDeltas(transport);
    return known;
  };
}

async function knowsDeltas(transport: Transport): Promise<boolean> {
  try {
    await transport.send({
      method: 'POST',
      path: '/images/delta',
      toError: ({ request, status, message }) => new EngineRequestError(request, status, message),
    });
    return true;
  } catch (error) {
    if (!(error instanceof EngineRequestError)) throw error;
    // It misses the names of the two images, if it knows the call at all.
    return !(error.details.status === 404 && error.message.includes('page not found'));
  }
}
