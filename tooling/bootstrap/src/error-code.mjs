/**
 * The code of a system error, e.g. `ENOENT`; `''` for anything else.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function errorCode(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
