import type { LoggedContainer } from './ports.ts';

/** Which lines of a service are of interest: every one, those of its stderr, or none. */
export type LogLevel = 'all' | 'error' | 'none';

/** A container of a service, which runs unless told otherwise. */
export interface WatchedContainer extends LoggedContainer {
  readonly appId: number;
  readonly serviceId: number;
  readonly serviceName: string;
  readonly level: LogLevel;
  /** It has ended, maybe while nobody listened: it may have left lines that nobody has read. */
  readonly hasEnded?: true;
}
