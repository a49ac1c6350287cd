/** `code` of a system error (`ENOENT`), of a SupervisorError, or of any other error that has one; `null`: it has none. */
export function errorCodeOf(thrown: unknown): string | null {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : null;
}

/**
 * Whether an error has one of the codes.
 *
 * @example
 * ```ts
 * try {
 *   return await readFile(path, 'utf8');
 * } catch (error) {
 *   if (hasErrorCode(error, 'ENOENT')) return null;
 *   throw error;
 * }
 * ```
 */
export function hasErrorCode(thrown: unknown, ...codes: readonly string[]): boolean {
  const code = errorCodeOf(thrown);
  return code !== null && codes.includes(code);
}
