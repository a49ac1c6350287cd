import { RequestTimeoutError } from '../errors.ts';
import type { Reply } from './exchange.ts';

/**
 * The answer, if it is there within `timeout` milliseconds. What fails after that goes to `onError`.
 *
 * @throws RequestTimeoutError
 */
export async function answerWithin(
  timeout: number,
  answer: Promise<Reply>,
  onError: (error: unknown) => void,
): Promise<Reply> {
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
