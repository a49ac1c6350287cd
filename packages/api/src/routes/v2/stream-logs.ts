import type { LogMessage, LogSubscription } from '../../ports.ts';

export interface LogStreamOptions {
  /** Ends the stream when it is aborted. */
  readonly ending: AbortSignal | undefined;
  readonly onError: (error: unknown) => void;
}

/**
 * The messages of a subscription, one JSON object a line. Takes one only when the client has taken the one before, so a
 * slow client fills no memory here. Disposes of the subscription at the end.
 */
export function streamLogs(
  subscription: LogSubscription,
  { ending, onError }: LogStreamOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const messages = subscription[Symbol.asyncIterator]();
  const end = new AbortController();
  return new ReadableStream(
    {
      start(controller) {
        const finish = () => {
          if (end.signal.aborted) return;
          end.abort();
          controller.close();
        };
        end.signal.addEventListener('abort', () => {
          ending?.removeEventListener('abort', finish);
          subscription[Symbol.dispose]();
        });
        ending?.addEventListener('abort', finish);
        // Clients wait for the first bytes before they take the stream as open.
        controller.enqueue(formatLine({ message: 'Streaming logs', isSystem: true }));
        if (ending?.aborted === true) finish();
      },
      async pull(controller) {
        try {
          const next = await messages.next();
          if (end.signal.aborted) return;
          if (next.done !== true) return controller.enqueue(formatLine(formatMessage(next.value)));
        } catch (error) {
          if (end.signal.aborted) return;
          onError(error);
        }
        end.abort();
        controller.close();
      },
      cancel: () => end.abort(),
    },
    { highWaterMark: 0 },
  );
}

/** Clients recognise the supervisor's own lines by the absence of a service's name. */
function formatMessage({ message, timestamp, serviceName, isSystem, isStdErr }: LogMessage) {
  return {
    message,
    timestamp,
    ...(isSystem === true ? { isSystem } : serviceName === undefined ? {} : { serviceName }),
    ...(isStdErr === true ? { isStdErr } : {}),
  };
}

const encoder = new TextEncoder();

function formatLine(value: object): Uint8Array<ArrayBuffer> {
  return encoder.encode(`${JSON.stringify(value)}\n`);
}
