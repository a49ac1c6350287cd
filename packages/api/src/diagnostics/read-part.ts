import type { SecretMask } from './mask-secrets.ts';

/** A file of the archive. */
export interface Part {
  readonly name: string;
  readonly content: string;
  /** For the reader: what is missing, and why; `null`: nothing is. */
  readonly note: string | null;
}

/** Bytes that one file may have. */
export const PART_LIMIT = 2_000_000;
/** Bytes of a document before its secrets are replaced: as much as a target may have. */
const DOCUMENT_LIMIT = 12_000_000;

/** Reads an answer of the API as a file: documents from their beginning, streams of text from their end. */
export async function readPart(name: string, answer: Response, mask: SecretMask): Promise<Part> {
  const failure = answer.ok ? null : `the request was answered with ${answer.status}`;
  if (answer.headers.get('content-type')?.startsWith('application/json') !== true) {
    const { text, isCut } = await readEnd(answer.body, PART_LIMIT);
    return { name, content: mask.text(text), note: failure ?? (isCut ? 'without its beginning' : null) };
  }
  const { text, isCut } = await readEnd(answer.body, DOCUMENT_LIMIT);
  if (isCut) return { name, content: '', note: `larger than ${DOCUMENT_LIMIT} bytes` };
  const document: unknown = JSON.parse(text);
  const printed = `${JSON.stringify(mask.document(document), null, 2)}\n`;
  if (printed.length <= PART_LIMIT) return { name, content: printed, note: failure };
  return { name, content: printed.slice(0, printed.lastIndexOf('\n', PART_LIMIT) + 1), note: 'without its end' };
}

/** The last bytes of a stream, from the beginning of a line. */
async function readEnd(
  stream: ReadableStream<Uint8Array> | null,
  limit: number,
): Promise<{ readonly text: string; readonly isCut: boolean }> {
  if (stream === null) return { text: '', isCut: false };
  const kept: Uint8Array[] = [];
  let bytes = 0;
  let isCut = false;
  for await (const chunk of stream) {
    kept.push(chunk);
    bytes += chunk.byteLength;
    for (let first = kept[0]; first !== undefined && bytes - first.byteLength >= limit; first = kept[0]) {
      bytes -= first.byteLength;
      kept.shift();
      isCut = true;
    }
  }
  const text = Buffer.concat(kept).subarray(-limit).toString();
  const isWhole = !isCut && bytes <= limit;
  // A secret that was cut cannot be recognised: the line that has its end is left out.
  return isWhole ? { text, isCut: false } : { text: text.slice(text.indexOf('\n') + 1), isCut: true };
}
