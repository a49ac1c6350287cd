import type { LogMessage } from '../log-message.ts';

/** A server that takes messages over streams, and says at the end of one that it has them. */
export interface LogDestination {
  /** Begins a stream. Failures surface when it is used. */
  open(): OutgoingLogStream;
  judge(error: unknown): StreamFailure;
}

/** Messages on their way. Whether they arrive is known only when the stream is closed. */
export interface OutgoingLogStream {
  /** `false`: it is not to be written to before `drained`. */
  write(message: LogMessage): boolean;
  /** Rejects when the stream breaks. */
  drained(): Promise<void>;
  /** Rejects when the stream breaks; never resolves. */
  readonly broken: Promise<never>;
  /** Sends what is left; resolves when the server has said that it took everything. */
  close(): Promise<void>;
  /** Gives the stream up. */
  destroy(): void;
}

/** Classifies the failure of a stream. */
export interface StreamFailure {
  /** Milliseconds that the server wants to be left alone for; `null`: it does not say. */
  readonly retryAfter: number | null;
  /** The server was reached, and does not take these very messages. */
  readonly isRefusal: boolean;
}
