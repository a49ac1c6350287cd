import { seesApp, type Access } from '../access.ts';
import type { LogMessage, LogSubscription } from '../ports.ts';

export interface LogStreamOptions {
  readonly access: Access;
  readonly ending: AbortSignal | undefined;
  readonly onError: (error: unknown) => void;
}

/**
 * The messages that the key sees, one JSON object a line. Takes one from the subscription only when the client has taken
 * the one before, so a slow client fills no memory here. Disposes of the subscription at the end.
 */
export function streamLogs(
  subscription: LogSubscription,
  { access, ending, onError }: LogStreamOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const messages = subscription[Symbol.asyncIterator]();
  const end = new AbortController();

  async function nextMessage(): Promise<LogMessage | null> {
    for (;;) {
      const { done, value } = await messages.next();
      if (done === true) return null;
      if (mayRead(access, value)) return value;
    }
  }

  return new ReadableStream(
    {
      start(controller) {
        const finish = () => {
          end.abort();
          controller.close();
        };
        end.signal.addEventListener('abort', () => subscription[Symbol.dispose](), { once: true });
        ending?.addEventListener('abort', finish, { signal: end.signal });
        // Clients wait for the first bytes before they take the stream as open.
        controller.enqueue(formatLine({ message: 'Streaming logs', isSystem: true }));
        if (ending?.aborted === true) finish();
      },
      async pull(controller) {
        try {
          const message = await nextMessage();
          if (end.signal.aborted) return;
          if (message !== null) return controller.enqueue(formatLine(formatMessage(message)));
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

/** A message about no app in particular is for those who see all. */
function mayRead(access: Access, { appId }: LogMessage): boolean {
  return access.kind === 'global' || (appId != null && seesApp(access, appId));
}

function formatMessage({ message, timestamp, serviceName, isSystem, isStdErr }: LogMessage) {
  return {
    message,
    timestamp,
    ...(serviceName == null ? {} : { serviceName }),
    ...(isSystem === true ? { isSystem } : {}),
    ...(isStdErr === true ? { isStdErr } : {}),
  };
}

const encoder = new TextEncoder();

function formatLine(value: object): Uint8Array<ArrayBuffer> {
  return encoder.encode(`${JSON.stringify(value)}\n`);
}
