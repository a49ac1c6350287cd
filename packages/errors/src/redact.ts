/** Replacement for a secret. */
export const REDACTED = '[redacted]';

/** Shorter values occur in ordinary text by chance, and replacing them would destroy the message. */
const MIN_SECRET_LENGTH = 6;

/**
 * A function that replaces every known secret in a text. Values are matched as they stand and URL-encoded.
 *
 * @example
 * ```ts
 * const redact = createRedactor(['s3cr3t-key']);
 * redact('GET /v1/device?apikey=s3cr3t-key'); // 'GET /v1/device?apikey=[redacted]'
 * ```
 */
export function createRedactor(secrets: Iterable<string>): (text: string) => string {
  const values = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < MIN_SECRET_LENGTH) continue;
    values.add(secret);
    values.add(encodeURIComponent(secret));
  }
  const longestFirst = [...values].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((result, secret) => result.replaceAll(secret, REDACTED), text);
}
