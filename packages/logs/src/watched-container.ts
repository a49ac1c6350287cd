import type { LoggedContainer } from './ports.ts';

/** Which lines of a service are of interest: every one, those of its stderr, or none. */
export type LogLevel = 'all' | 'error' | 'none';

/** A container of a service, running by default. */
export interface WatchedContainer extends LoggedContainer {
  readonly appId: number;
  readonly serviceId: number;
  readonly serviceName: string;
  readonly level: LogLevel;
  /** It has ended, perhaps unobserved: some of its lines may be unread. */
  readonly hasEnded?: true;
}
