import { createInterface } from 'node:readline';
import { ImageOperationError } from './errors.ts';

/** A line of what the engine tells while it builds or pushes. */
export interface ProgressLine {
  readonly stream?: string;
  readonly error?: string;
  readonly aux?: { readonly ID?: string; readonly Digest?: string };
}

/**
 * Reads the engine's account of a build or push to its end.
 * @throws {@link ImageOperationError} when it tells of a failure
 */
export async function readProgress(
  stream: NodeJS.ReadableStream,
  operation: { readonly operation: 'build' | 'push'; readonly image: string },
): Promise<readonly ProgressLine[]> {
  const lines: ProgressLine[] = [];
  for await (const text of createInterface({ input: stream, crlfDelay: Infinity })) {
    if (text.trim() === '') continue;
    const line: ProgressLine = JSON.parse(text);
    lines.push(line);
    if (line.error !== undefined) {
      const output = lines.map((each) => each.stream ?? '').join('');
      throw new ImageOperationError(operation.operation, operation.image, `${line.error}\n${output}`);
    }
  }
  return lines;
}
