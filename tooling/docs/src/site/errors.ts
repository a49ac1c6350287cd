/** The site has a fault: a link that leads nowhere, a comment that does not fit its code. */
export class SiteError extends Error {
  override readonly name = 'SiteError';
}
