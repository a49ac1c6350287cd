import type * as z from 'zod';
import { CloudAnswerInvalidError, CloudRefusedError } from '../errors.ts';
import type { CloudAnswer } from './cloud-http.ts';
import { parseRetryAfter } from './retry-after.ts';
import { isWebPage } from './web-page.ts';

/**
 * The JSON of an answer that is as it should be.
 *
 * @param request for messages, e.g. `GET /v7/device`; without keys
 * @throws CloudRefusedError, CloudAnswerInvalidError
 */
export function readAnswer<T>(request: string, answer: CloudAnswer, schema: z.ZodType<T>): T {
  if (answer.status < 200 || answer.status > 299) throw refusal(request, answer);
  const parsed = schema.safeParse(parseJson(request, answer.body));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CloudAnswerInvalidError(request, `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
}

/** The error of an answer with another status. */
export function refusal(
  request: string,
  { status, headers, body = '' }: Pick<CloudAnswer, 'status' | 'headers'> & Partial<Pick<CloudAnswer, 'body'>>,
  hint?: string,
): CloudRefusedError {
  // A device may not know the time yet; the cloud's date goes with the cloud's clock.
  const now = Date.parse(headers.date ?? '');
  const retryAfter = parseRetryAfter(headers['retry-after'], Number.isNaN(now) ? Date.now() : now);
  const words = wordsOf(body);
  return new CloudRefusedError(request, { status, retryAfter, words, ...(hint === undefined ? {} : { hint }) });
}

/** Characters of an answer that a message quotes. */
const LONGEST_QUOTE = 200;

/** The server's reason for a refusal, on one line; `null`: it gave none for people. */
function wordsOf(body: string): string | null {
  if (isWebPage(body)) return null;
  const text = body
    .trim()
    .replace(/^"(.*)"$/s, '$1')
    .replaceAll(/\s+/g, ' ');
  if (text === '') return null;
  return text.length <= LONGEST_QUOTE ? text : `${text.slice(0, LONGEST_QUOTE)}…`;
}

/** Says nothing of the text: there may be secrets in it. */
function parseJson(request: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CloudAnswerInvalidError(request, 'it is no JSON');
  }
}
