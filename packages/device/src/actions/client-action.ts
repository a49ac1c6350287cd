import type { TargetApp } from '@device-supervisor/state';

/** An action that a client requests, beyond the target. */
export type ClientAction =
  /** New containers for services of an app. */
  | { readonly kind: 'restart'; readonly app: TargetApp; readonly services: readonly string[] }
  /** New containers for all services of an app, and empty volumes. */
  | { readonly kind: 'purge'; readonly app: TargetApp; readonly services: readonly string[] }
  /** A service does not run until it is started, the target changes or the supervisor restarts. */
  | { readonly kind: 'stop'; readonly app: TargetApp; readonly services: readonly string[] }
  | { readonly kind: 'start'; readonly app: TargetApp; readonly services: readonly string[] }
  /** Removes volumes, by their names on the engine. */
  | {
      readonly kind: 'remove-volumes';
      readonly app: null;
      readonly services: readonly [];
      readonly volumes: readonly string[];
    };
