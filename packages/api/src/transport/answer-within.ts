import { RequestTimeoutError } from '../errors.ts';

/**
 * The answer, if it is there within `timeout` milliseconds. `onError` receives later failures.
 *
 * @throws RequestTimeoutError
 */
export async function answerWithin(
  timeout: number,
  answer: Promise<Response>,
  onError: (error: unknown) => void,
): Promise<Response> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new RequestTimeoutError(timeout));
    answer.catch(onError);
  }, timeout);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
