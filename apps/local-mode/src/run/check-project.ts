import { checkRelease, type DeviceFacts, type EngineAbilities, type ReleaseFinding } from '@device-supervisor/compose';
import type { TargetCheck } from '@device-supervisor/compose-project';

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
  allowsHostPaths: true,
};

/** Checks what a project becomes before anything is built or downloaded: a remark for each kind of finding. */
export const checkProject: TargetCheck = ({ apps }) => {
  const findings = Object.values(apps).flatMap((app) =>
    app.release === null ? [] : checkRelease(app, app.release, { device: ANY_DEVICE, abilities: NEWEST_ENGINE }),
  );
  return {
    faults: findings
      .filter(({ severity }) => severity === 'problem')
      .map(({ section, name, field, reason }) => ({
        path: [section, name, ...field.split(/[.[\]]+/).filter((part) => part !== '')],
        message: reason,
      })),
    remarks: summarise(findings.filter(({ severity }) => severity === 'notice')),
  };
};

/** Ten services with one field that has no effect are one sentence, not ten. */
function summarise(notices: readonly ReleaseFinding[]): readonly string[] {
  const subjects = new Map<string, Set<string>>();
  for (const { section, name, field, reason } of notices) {
    const kind = `${field.replace(/\[\d+\]/g, '')} ${reason}`;
    const names = subjects.get(kind) ?? new Set();
    subjects.set(kind, names.add(section === 'services' ? name : `${section}.${name}`));
  }
  return [...subjects].map(([kind, names]) => `${kind}: ${[...names].join(', ')}`);
}
