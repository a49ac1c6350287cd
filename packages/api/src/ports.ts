/** The API keys that exist. */
export interface ApiKeys {
  /** What the key opens; `null`: there is no such key. */
  find(key: string): KeyScope | null;
}

export type KeyScope =
  /** The cloud's: everything. */
  | { readonly kind: 'global' }
  /** One service's: everything that belongs to its app. */
  | { readonly kind: 'app'; readonly appId: number; readonly serviceName: string };

/** The messages of services and supervisor, as they come. */
export interface LogStream {
  attach(options: LogRequest): LogSubscription;
}

export interface LogRequest {
  /** Which messages are wanted; others take no room in what waits. */
  readonly accepts: (message: LogMessage) => boolean;
}

/**
 * Messages from the moment of attaching on. What is not read yet is held by the source, within bounds. Disposing of it
 * releases what it holds and ends it.
 */
export interface LogSubscription extends AsyncIterable<LogMessage>, Disposable {}

export interface LogMessage {
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** The supervisor's own? */
  readonly isSystem?: boolean;
  readonly isStdErr?: boolean;
  /** Absent: about no app in particular. */
  readonly appId?: number;
  /** Absent: about no service in particular. */
  readonly serviceName?: string;
}
