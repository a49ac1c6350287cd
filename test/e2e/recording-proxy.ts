import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { createHolds, forwardRequest, type Held } from '@device-supervisor/testbed';

/**
 * An engine's socket that writes down what is asked of the engine behind it, that can keep questions back, and that can be
 * cut off from it.
 */
export interface RecordingProxy extends AsyncDisposable {
  /** `unix:///path`. */
  readonly endpoint: string;
  /** `METHOD /path` of every request since the last look, without version and query. */
  take(): string[];
  /** Keeps requests back, as `METHOD /path`, until it is disposed of; they are written down when they come. */
  hold(matches: (call: string) => boolean): Held;
  /**
   * Cuts the engine off once it has carried out so many more calls that change something: no client gets an answer to the
   * last of them, nor to anything after it. Resolves when that has happened.
   */
  cutAfter(writes: number): Promise<void>;
  /** Ends what a cut left hanging; what is asked from now on passes. */
  mend(): void;
}

interface Cut {
  left: number;
  reached(): void;
}

/** @param socketPath where the proxy listens */
export async function startRecordingProxy(endpoint: string, socketPath: string): Promise<RecordingProxy> {
  const recorded: string[] = [];
  const hanging = new Set<ServerResponse>();
  const holds = createHolds<string>();
  const target = endpoint.slice('unix://'.length);
  let cut: Cut | null = null;

  /** Whether anything of this request may pass still. */
  function passes(outgoing: ServerResponse): boolean {
    if (cut === null || cut.left > 0) return true;
    hanging.add(outgoing);
    outgoing.once('close', () => hanging.delete(outgoing));
    return false;
  }

  /** The engine has answered a request. */
  function carriedOut(method: string): void {
    if (cut === null || method === 'GET' || method === 'HEAD') return;
    cut.left--;
    if (cut.left === 0) cut.reached();
  }

  const server = createServer((incoming, outgoing) => {
    const { method = 'GET' } = incoming;
    const path = (incoming.url ?? '').replace(/^\/v1\.\d+/, '').replace(/\?.*/, '');
    if (!passes(outgoing)) return;
    const call = `${method} ${path}`;
    recorded.push(call);
    const onAnswer = (): boolean => {
      carriedOut(method);
      return passes(outgoing);
    };
    holds.letPass(call, () => void forwardRequest(incoming, outgoing, { socketPath: target, onAnswer }));
  });
  server.listen(socketPath);
  await once(server, 'listening');
  return {
    endpoint: `unix://${socketPath}`,
    take: () => recorded.splice(0),
    hold: holds.hold,
    async cutAfter(writes) {
      const { promise, resolve } = Promise.withResolvers<void>();
      cut = { left: writes, reached: resolve };
      await promise;
    },
    mend() {
      cut = null;
      for (const outgoing of hanging) outgoing.destroy();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
