import { describeIssues, type TargetState } from '@device-supervisor/state';
import type { ObservedContainer } from '../observed.ts';
import type { Draft } from './graph.ts';

/** Reports what of a target could not be decoded. */
export function reportUnread({ apps, unread = [] }: TargetState, draft: Draft): void {
  for (const { part, key, faults } of unread) {
    const app = part === 'app' && Object.hasOwn(apps, key) ? apps[key] : undefined;
    const what = part === 'app' ? `app ${key}` : part === 'config' ? `the variable ${key}` : 'the device name';
    draft.block({
      appId: app?.id ?? null,
      service: null,
      reason: 'unreadable',
      message: `the new target of ${what} cannot be read, and the last good one stays: ${describeIssues(faults)}`,
    });
  }
}

/** Uuids of apps of the target that have no readable release; their containers, networks and volumes stay as they are. */
export function unreadApps({ apps, unread = [] }: TargetState): ReadonlySet<string> {
  return new Set(unread.filter(({ part, key }) => part === 'app' && !Object.hasOwn(apps, key)).map(({ key }) => key));
}

/** Whether a container belongs to one of {@link unreadApps}. */
export function isOfUnread({ identity }: ObservedContainer, unread: ReadonlySet<string>): boolean {
  return identity?.appUuid !== undefined && unread.has(identity.appUuid);
}
