import { ApiRequestError, ApiUnreachableError, InvalidKeyError } from './errors.ts';

export type Send = (request: Request) => Promise<Response>;

/**
 * A `fetch` that sends the key, and whose answers are those of success.
 *
 * @returns throws ApiUnreachableError, ApiRequestError and InvalidKeyError; the signal's reason when the request is aborted
 */
export function createSend(fetch: Send, key: () => string | undefined): Send {
  return async (request) => {
    const own = key();
    if (own !== undefined && !PRINTABLE.test(own)) throw new InvalidKeyError();
    if (own !== undefined) request.headers.set('authorization', `Bearer ${own}`);
    let response: Response;
    try {
      response = await fetch(request);
    } catch (error) {
      request.signal.throwIfAborted();
      throw new ApiUnreachableError(request, error);
    }
    if (!response.ok) throw new ApiRequestError(request, response.status, await reasonOf(response));
    return response;
  };
}

/** The platform's own check would show the key in its message. */
const PRINTABLE = /^[\x20-\x7e]*$/;

/** Failures are `{message}`, `{Data, Error}` of the first routes, or text. */
async function reasonOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer !== 'object' || answer === null) return text;
    if ('message' in answer) return String(answer.message);
    return 'Error' in answer ? String(answer.Error) : text;
  } catch {
    return text;
  }
}
