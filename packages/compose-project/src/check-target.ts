import { decodeTargetStateV2, TargetStateError, type TargetState } from '@device-supervisor/state';
import { ProjectError, type ProjectIssue } from './errors.ts';
import type { Project } from './project.ts';
import { toTargetState } from './to-target-state.ts';

/**
 * Decodes the target state that a project becomes, as a supervisor will.
 *
 * @throws ProjectError with the compose path and the place of every fault
 */
export function checkTarget(project: Project): TargetState {
  try {
    return decodeTargetStateV2(toTargetState(project));
  } catch (error) {
    if (!(error instanceof TargetStateError)) throw error;
    throw new ProjectError(
      error.details.issues.map(({ path, message }) => issueOf(composePath(path, project), { project, message })),
    );
  }
}

function issueOf(
  path: readonly string[],
  { project, message }: { readonly project: Project; readonly message: string },
): ProjectIssue {
  const { file, line, column } = project.locate(path);
  return { file, position: { line, column }, path: path.join('.'), message: message.replace(/^Invalid input: /, '') };
}

const APP_PATH = /^local\.apps\.\d+\./;

function composePath(path: string, { services }: Project): string[] {
  const [kind = '', key = '', ...rest] = path.replace(APP_PATH, '').split('.');
  if (kind !== 'services') return [kind, key, ...rest].filter((part) => part !== '');
  const name = services[Number(key) - 1]?.name ?? key;
  return [kind, name, ...rest].filter((part) => part !== 'serviceName');
}
