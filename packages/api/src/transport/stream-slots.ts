import { ServerBusyError } from '../errors.ts';

/** Limits of streams that are open at the same time. */
export interface StreamLimits {
  readonly perClient: number;
  readonly total: number;
}

/** Each stream costs memory, and a stream of the journal a process. */
export const STREAM_LIMITS: StreamLimits = { perClient: 10, total: 40 };

export interface StreamSlots {
  /** Takes a slot; the function that it returns gives it back. @throws ServerBusyError */
  take(client: string): () => void;
}

export function createStreamSlots({ perClient, total }: StreamLimits): StreamSlots {
  const open = new Map<string, number>();
  let all = 0;
  return {
    take(client) {
      const own = open.get(client) ?? 0;
      if (own >= perClient) throw new ServerBusyError(`this client has ${own} streams open; close one`);
      if (all >= total) throw new ServerBusyError(`${all} streams are open`);
      open.set(client, own + 1);
      all++;
      let isFree = false;
      return () => {
        if (isFree) return;
        isFree = true;
        all--;
        const left = (open.get(client) ?? 1) - 1;
        if (left === 0) open.delete(client);
        else open.set(client, left);
      };
    },
  };
}

export interface GuardedStream {
  /** Whether the client may still read. */
  readonly isAllowed: () => boolean;
  /** Called once, when the stream has ended. */
  readonly onEnd: () => void;
  readonly onError: (error: unknown) => void;
}

/** Milliseconds after which a silent stream of a client that may not read any more ends. */
const CHECK_INTERVAL = 1_000;

/** An answer whose stream ends when its client may not read any more. Takes no more than the client reads. */
export function guardStream(answer: Response, { isAllowed, onEnd, onError }: GuardedStream): Response {
  const body: ReadableStream<Uint8Array<ArrayBuffer>> | null = answer.body;
  if (body === null) {
    onEnd();
    return answer;
  }
  const reader = body.getReader();
  let timer: NodeJS.Timeout | undefined;
  let hasEnded = false;
  const end = (): boolean => {
    if (hasEnded) return false;
    hasEnded = true;
    clearInterval(timer);
    onEnd();
    return true;
  };
  const revoke = (controller: ReadableStreamDefaultController): void => {
    if (!end()) return;
    controller.close();
    reader.cancel().catch(onError);
  };
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start(controller) {
        timer = setInterval(() => isAllowed() || revoke(controller), CHECK_INTERVAL);
        timer.unref();
      },
      async pull(controller) {
        const next = await reader.read().catch((error: unknown) => {
          if (end()) controller.error(error);
          return null;
        });
        if (next === null || hasEnded) return;
        if (next.done) {
          end();
          controller.close();
        } else if (isAllowed()) controller.enqueue(next.value);
        else revoke(controller);
      },
      async cancel(reason) {
        end();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(stream, answer);
}
