/** Networks that ask people to sign in answer everything with a page, and say that all is well. The cloud has no pages. */
export function isWebPage(text: string): boolean {
  return /^\s*</.test(text);
}
