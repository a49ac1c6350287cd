import { crc32 } from 'node:zlib';

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/**
 * Whether bytes are a PNG image, as far as its structure tells: signature, chunks with right checksums, a header first, an
 * image, and the end last. The image itself is not decoded.
 *
 * @see https://www.w3.org/TR/png-3/
 */
export function isPng(bytes: Uint8Array): boolean {
  const png = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!png.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return false;
  const types: string[] = [];
  let at = SIGNATURE.length;
  while (at < png.length) {
    if (at + 12 > png.length) return false;
    const length = png.readUInt32BE(at);
    if (at + 12 + length > png.length) return false;
    const typed = png.subarray(at + 4, at + 8 + length);
    if (crc32(typed) !== png.readUInt32BE(at + 8 + length)) return false;
    types.push(typed.toString('latin1', 0, 4));
    at += 12 + length;
  }
  return types[0] === 'IHDR' && types.at(-1) === 'IEND' && types.includes('IDAT');
}
