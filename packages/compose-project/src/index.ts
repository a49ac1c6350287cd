export { type TargetCheck, type TargetFindings } from './check-target.ts';
export { formatIssue, ProjectError, ProjectNotFoundError } from './errors.ts';
export { loadProject } from './load-project.ts';
export {
  builtImage,
  type BuildDevice,
  type BuildInstructions,
  type DockerfileSource,
  type Project,
  type ProjectFile,
  type ProjectService,
  type WatchProgram,
  type WatchRule,
} from './project.ts';
export { SERVICE_FIELDS, COMPOSE_FIELDS, type Fields } from './schema/compose-schema.ts';
export { EMPTY_TARGET, LOCAL_APP_ID, toTargetState, type LocalTarget } from './to-target-state.ts';
export type { Place } from './yaml/tree.ts';
