/** Of terminals: colours, movements of the cursor, titles of windows. */
const SEQUENCE =
  // oxlint-disable-next-line no-control-regex -- each of them begins with a control character
  /\u001b(?:\[[\u0020-\u003f]*[\u0040-\u007e]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[\u0020-\u002f]*[\u0030-\u005a\u005e-\u007e])/g;
/** Other control characters but tabs and line breaks, and those that change the direction of the text that follows. */
const CONTROL = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu;

/** A text as a page can show it: without sequences for terminals, and with a mark where another control character is. */
export function printableText(text: string): string {
  return text
    .replaceAll(SEQUENCE, '')
    .replaceAll(/\r+(?=\n|$)/g, '')
    .replaceAll(CONTROL, '\ufffd');
}
