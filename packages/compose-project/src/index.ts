export { checkTarget } from './check-target.ts';
export { formatIssue, ProjectError, ProjectNotFoundError, type ProjectIssue } from './errors.ts';
export { loadProject, type LoadProjectOptions } from './load-project.ts';
export {
  builtImage,
  type BuildDevice,
  type BuildInstructions,
  type DockerfileSource,
  type Project,
  type ProjectFile,
  type ProjectService,
  type WatchRule,
} from './project.ts';
export { EMPTY_TARGET, LOCAL_APP_ID, LOCAL_APP_NAME, toTargetState, type LocalTarget } from './to-target-state.ts';
export type { Place } from './yaml/tree.ts';
