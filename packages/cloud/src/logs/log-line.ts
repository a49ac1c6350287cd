/** A message as the rest of the supervisor knows it. */
export interface CloudLogMessage {
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly serviceId?: number;
  readonly isSystem?: true;
  readonly isStdErr?: boolean;
}

/** A line of the cloud's log stream, with its line feed. */
export function formatCloudLogLine({ message, timestamp, isSystem, isStdErr, serviceId }: CloudLogMessage): string {
  return `${JSON.stringify({
    message,
    timestamp,
    ...(isSystem === true ? { isSystem } : {}),
    ...(isStdErr === true ? { isStdErr } : {}),
    ...(serviceId === undefined ? {} : { serviceId }),
  })}\n`;
}
