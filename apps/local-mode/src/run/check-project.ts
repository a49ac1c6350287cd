import { checkRelease, type DeviceFacts, type EngineAbilities, type ReleaseFinding } from '@device-supervisor/compose';
import { checkTarget, ProjectError, type Project } from '@device-supervisor/compose-project';

/** An engine that can do everything: what only an old one lacks shows when the project is applied. */
const NEWEST_ENGINE: EngineAbilities = { apiVersion: '99.0', unsupportedLimits: [] };

/** Facts that decide nothing here: services are checked, not run. */
const ANY_DEVICE: DeviceFacts = {
  uuid: '',
  name: '',
  type: '',
  arch: '',
  hostOsVersion: '',
  hostOs: {},
  kernelVersion: '',
  l4tVersion: null,
  supervisorVersion: '',
  hostBoardRevision: '',
  apiEndpoint: null,
  deviceApiKey: '',
  apiPort: 0,
  engineSocket: '',
  hasKernelModules: true,
  hasFirmware: true,
};

/**
 * Checks a whole project before anything is built or downloaded.
 *
 * @returns what has no effect, one sentence for each kind of finding
 * @throws ProjectError with the place of everything that cannot be applied
 */
export function checkProject(project: Project): readonly string[] {
  const findings = Object.values(checkTarget(project).apps).flatMap((app) =>
    app.release === null ? [] : checkRelease(app, app.release, { device: ANY_DEVICE, abilities: NEWEST_ENGINE }),
  );
  const problems = findings.filter(({ severity }) => severity === 'problem');
  if (problems.length > 0) throw new ProjectError(problems.map((problem) => issueOf(problem, project)));
  return summarise(findings);
}

function issueOf({ section, name, field, reason }: ReleaseFinding, project: Project) {
  const path = [section, name, ...field.split(/[.[\]]+/).filter((part) => part !== '')];
  const { file, line, column } = project.locate(path);
  return { file, position: { line, column }, path: path.join('.'), message: reason };
}

/** Ten services with one field that has no effect are one sentence, not ten. */
function summarise(notices: readonly ReleaseFinding[]): readonly string[] {
  const subjects = new Map<string, Set<string>>();
  for (const { section, name, field, reason } of notices) {
    const kind = `${field.replace(/\[\d+\]/g, '')} ${reason}`;
    const names = subjects.get(kind) ?? new Set();
    subjects.set(kind, names.add(section === 'services' ? name : `${section}.${name}`));
  }
  return [...subjects].map(([kind, names]) => `${[...names].join(', ')}: ${kind}`);
}
