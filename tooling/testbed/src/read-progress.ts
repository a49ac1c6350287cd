import { createInterface } from 'node:readline';
import * as z from 'zod';
import { ImageOperationError } from './errors.ts';

/** A line of what the engine tells while it builds or pushes. */
const ProgressLine = z.object({
  stream: z.string().optional(),
  error: z.string().optional(),
  aux: z.object({ ID: z.string().optional(), Digest: z.string().optional() }).optional(),
});
export type ProgressLine = z.infer<typeof ProgressLine>;

/**
 * Reads the engine's account of a build or push to its end.
 * @throws {@link ImageOperationError} when it tells of a failure
 */
export async function readProgress(
  stream: NodeJS.ReadableStream,
  operation: { readonly operation: 'build' | 'push' | 'pull'; readonly image: string },
): Promise<readonly ProgressLine[]> {
  const lines: ProgressLine[] = [];
  for await (const text of createInterface({ input: stream, crlfDelay: Infinity })) {
    if (text.trim() === '') continue;
    const line = ProgressLine.parse(JSON.parse(text));
    lines.push(line);
    if (line.error !== undefined) {
      const output = lines.map((each) => each.stream ?? '').join('');
      throw new ImageOperationError(operation.operation, operation.image, `${line.error}\n${output}`);
    }
  }
  return lines;
}
