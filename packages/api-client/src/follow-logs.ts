import { follow, type FollowOptions, type Source } from './follow.ts';
import { readChunks } from './read-chunks.ts';
import type { LogLine } from './types.ts';

/** The lines that services and supervisor write. The stream has no place to continue at: lines of a gap are lost. */
export function followLogs(source: Source, options: FollowOptions): AsyncIterable<LogLine> {
  return follow(open, source, options);

  async function* open(signal: AbortSignal, opened: () => void): AsyncGenerator<LogLine> {
    const response = await source.send(new Request(`${source.address}/v2/local/logs`, { signal }));
    opened();
    if (response.body === null) return;
    for await (const text of readLines(response.body.pipeThrough(new TextDecoderStream()))) {
      const line: unknown = JSON.parse(text);
      // The first line says that the stream is open.
      if (isLogLine(line) && line.timestamp !== undefined) yield line;
    }
  }
}

function isLogLine(line: unknown): line is LogLine {
  return typeof line === 'object' && line !== null && 'message' in line && typeof line.message === 'string';
}

/** Whole lines; one that the connection cut off is left out. */
async function* readLines(stream: ReadableStream<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of readChunks(stream)) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
}
