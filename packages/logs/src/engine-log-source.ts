import type { ContainerLogSource } from './ports.ts';

/** The calls of an engine that read the lines of its containers. */
export interface EngineLogs {
  /** @param options `since` in milliseconds since the epoch; the lines from then on */
  containerLogs(
    container: string,
    options: { readonly since: number; readonly follow: true },
    signal: AbortSignal,
  ): AsyncIterable<EngineLogLine>;
}

export interface EngineLogLine {
  readonly stream: 'stdout' | 'stderr';
  readonly line: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

/** The lines as the engine gives them: for every log driver that can be read back. */
export function engineLogSource(engine: EngineLogs): ContainerLogSource {
  return {
    async *follow({ id }, since, signal) {
      for await (const { stream, line, timestamp } of engine.containerLogs(id, { since, follow: true }, signal)) {
        yield { message: line, timestamp, isStdErr: stream === 'stderr' };
      }
    },
  };
}
