import type { LoggedContainer } from './ports.ts';

/** Which lines of a service are of interest: every one, those of its stderr, or none. */
export type LogLevel = 'all' | 'error' | 'none';

/** A running container of a service. */
export interface WatchedContainer extends LoggedContainer {
  readonly appId: number;
  readonly serviceId: number;
  readonly serviceName: string;
  readonly level: LogLevel;
}
