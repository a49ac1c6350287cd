/**
 * A path as engines clean it: without double and trailing slashes, `.` and `..`. The same path always gives the same text,
 * so paths of a target and of an engine can be compared.
 */
export function cleanPath(path: string): string {
  if (path === '') return '';
  const isAbsolute = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!isAbsolute) parts.push(part);
  }
  const cleaned = parts.join('/');
  return isAbsolute ? `/${cleaned}` : cleaned === '' ? '.' : cleaned;
}
