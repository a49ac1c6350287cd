import { decodeTargetStateV2, TargetStateError } from '@device-supervisor/state';
import { ProjectError, type ProjectIssue } from './errors.ts';
import type { Project } from './project.ts';
import { toTargetState } from './to-target-state.ts';

/**
 * Checks a project by what the supervisor will say of it.
 *
 * @throws ProjectError with compose paths instead of those of the target state
 */
export function checkProject(
  project: Project,
  locate: (path: readonly PropertyKey[], message: string) => ProjectIssue,
): void {
  try {
    decodeTargetStateV2(toTargetState(project));
  } catch (error) {
    if (!(error instanceof TargetStateError)) throw error;
    throw new ProjectError(
      error.details.issues.map(({ path, message }) => locate(composePath(path, project), withoutPrefix(message))),
    );
  }
}

const APP_PATH = /^local\.apps\.\d+\./;

function composePath(path: string, { services }: Project): string[] {
  const [kind = '', key = '', ...rest] = path.replace(APP_PATH, '').split('.');
  if (kind !== 'services') return [kind, key, ...rest].filter((part) => part !== '');
  const name = services[Number(key) - 1]?.name ?? key;
  return [kind, name, ...rest].filter((part) => part !== 'serviceName');
}

function withoutPrefix(message: string): string {
  return message.replace(/^Invalid input: /, '');
}
