/** A line of a service, or one of the supervisor's own. */
export interface LogMessage {
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly serviceName?: string;
  readonly serviceId?: number;
  readonly appId?: number;
  /** The supervisor's own; those of services have none. */
  readonly isSystem?: true;
  /** Absent: no. */
  readonly isStdErr?: boolean;
}

/** The subject of a message of the supervisor. */
export interface SystemContext {
  readonly appId?: number;
  readonly serviceId?: number;
  readonly serviceName?: string;
}

/** The subject of a message. */
export function contextOf({ appId, serviceId, serviceName }: LogMessage): SystemContext {
  return {
    ...(appId === undefined ? {} : { appId }),
    ...(serviceId === undefined ? {} : { serviceId }),
    ...(serviceName === undefined ? {} : { serviceName }),
  };
}

/** A message as a line of newline-delimited JSON, with its line feed: what `GET /v2/local/logs` streams. */
export function formatLogLine({ message, timestamp, serviceName, isSystem, isStdErr }: LogMessage): string {
  const origin = isSystem === true ? { isSystem } : serviceName === undefined ? {} : { serviceName };
  return `${JSON.stringify({ message, timestamp, ...origin, ...(isStdErr === true ? { isStdErr } : {}) })}\n`;
}
