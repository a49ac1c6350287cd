/** Linux takes no longer one. */
const MAX_LENGTH = 64;
const MAX_LABEL_LENGTH = 63;

/** Why a text is no name for a host (RFC 1123), as what follows "must"; `null`: it is one. */
export function whyNoHostname(text: string): string | null {
  if (text.length > MAX_LENGTH) return `not be longer than ${MAX_LENGTH} characters`;
  const isHostname = text.split('.').every((label) => /^[a-z\d](?:[a-z\d-]*[a-z\d])?$/i.test(label));
  if (!isHostname) return 'be letters, digits and hyphens, in parts separated by dots';
  if (text.split('.').some((label) => label.length > MAX_LABEL_LENGTH)) {
    return `not have more than ${MAX_LABEL_LENGTH} characters between dots`;
  }
  return null;
}

/** The name of a device that was given none. */
export function defaultHostname(uuid: string): string {
  return uuid.slice(0, 7);
}
