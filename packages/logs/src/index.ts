export { createLogRouter, type AttachOptions, type LogRouter, type LogRouterDependencies } from './log-router.ts';
export { formatLogLine, type LogMessage, type SystemContext } from './log-message.ts';
export type { LogSubscription } from './subscription.ts';
export type { LogLevel, WatchedContainer } from './watched-container.ts';
export type { Clock, ContainerLogLine, ContainerLogSource, LoggedContainer } from './ports.ts';
export { engineLogSource, type EngineLogLine, type EngineLogs } from './engine-log-source.ts';
export { journalLogSource, type FollowJournal } from './journal-log-source.ts';
