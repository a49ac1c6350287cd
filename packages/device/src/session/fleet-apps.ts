import type { TargetState } from '@device-supervisor/state';

/**
 * A target without the apps of the host, such as the operating system and the supervisor itself: the host installs and
 * updates those. They are neither run nor shown, and nothing of them is removed.
 */
export function withoutHostApps(target: TargetState): TargetState {
  const apps = Object.entries(target.apps);
  const ofFleet = apps.filter(([, { isHost }]) => !isHost);
  return ofFleet.length === apps.length ? target : { ...target, apps: Object.fromEntries(ofFleet) };
}
