import type { Operation, OperationResult } from '@device-supervisor/compose';
import { formatError } from '@device-supervisor/errors';
import { formatDelay } from '../loop/backoff.ts';
import type { DeviceEvent } from '../device.ts';
import type { RebootNews } from '../power/reboot-after-apply.ts';
import { LOCK_RECHECK } from '../locks/lock-watcher.ts';

/** A line of the supervisor's own, for the people who watch the device. */
export interface SystemMessage {
  readonly message: string;
  /** `null`: about no app in particular. */
  readonly appId: number | null;
  /** `null`: about no service in particular. */
  readonly service: string | null;
}

/** The message for an event, in the field's familiar words; `null`: none. */
export function systemMessage(event: DeviceEvent): SystemMessage | null {
  switch (event.type) {
    case 'operation-started':
      return about(event.operation, beginning(event.operation));
    case 'operation-finished':
      return about(event.operation, ending(event.operation, event.result, event.retryIn));
    case 'blocked': {
      const { appId, service, reason, message } = event.blocked;
      const text =
        reason === 'locked'
          ? `Updates are locked, retrying in ${formatDelay(LOCK_RECHECK)} (${subject(appId, service)}: ${message})`
          : `${subject(appId, service)} has to wait: ${message}`;
      return { message: text, appId, service };
    }
    case 'notice': {
      const { appId, service, field, reason } = event.notice;
      return { message: `${subject(appId, service)}: ${field} ${reason}`, appId, service };
    }
    case 'settled':
      return event.changed ? { message: 'The device is at its target state', appId: null, service: null } : null;
    case 'reboot':
      return { message: rebootMessage(event.news), appId: null, service: null };
    case 'engine-lost':
      return { message: `The container engine is lost: ${formatError(event.error)}`, appId: null, service: null };
    case 'engine-connected':
      return { message: 'The container engine is connected', appId: null, service: null };
    case 'fault':
      return { message: formatError(event.error), appId: null, service: null };
    case 'operation-progress':
    case 'state-changed':
      return null;
  }
}

function rebootMessage(news: RebootNews): string {
  return news.phase === 'scheduled'
    ? `The device has to reboot: ${news.reason}. It reboots when nothing else is left to do`
    : `The device reboots now: ${news.reasons.join(', ')}`;
}

/** Characters of a cause that a message quotes. */
const LONGEST_CAUSE = 120;

interface Wording {
  /** While it is done, e.g. `Downloading`. */
  readonly doing: string;
  readonly done: string;
  /** After 'Failed to'. */
  readonly failed: string;
  readonly object: string;
}

/** `null`: not worth a message. */
function wordingOf(operation: Operation): Wording | null {
  const object = objectOf(operation);
  const verb = VERBS[operation.kind];
  return object === null || verb === undefined ? null : { ...verb, object };
}

type Verb = Omit<Wording, 'object'>;

const REMOVE: Verb = { doing: 'Removing', done: 'Removed', failed: 'remove' };
const CREATE: Verb = { doing: 'Creating', done: 'Created', failed: 'create' };

const VERBS: Readonly<Partial<Record<Operation['kind'], Verb>>> = {
  'pull-image': { doing: 'Downloading', done: 'Downloaded', failed: 'download' },
  'remove-image': { doing: 'Deleting', done: 'Deleted', failed: 'delete' },
  'create-container': { doing: 'Installing', done: 'Installed', failed: 'install' },
  'start-container': { doing: 'Starting', done: 'Started', failed: 'start' },
  'stop-container': { doing: 'Killing', done: 'Killed', failed: 'kill' },
  'remove-container': REMOVE,
  'update-container': { doing: 'Updating', done: 'Updated', failed: 'update' },
  'create-network': CREATE,
  'remove-network': REMOVE,
  'create-volume': CREATE,
  'remove-volume': REMOVE,
  'acquire-locks': { doing: 'Taking', done: 'Took', failed: 'take' },
};

function objectOf(operation: Operation): string | null {
  switch (operation.kind) {
    case 'pull-image':
    case 'remove-image':
      return `image '${operation.reference}'`;
    case 'create-container':
      return `service '${operation.service} ${operation.image}'`;
    case 'start-container':
    case 'stop-container':
    case 'remove-container':
    case 'update-container':
      return `service '${operation.service}'`;
    case 'create-network':
    case 'remove-network':
      return `network '${operation.name}'`;
    case 'create-volume':
    case 'remove-volume':
      return `volume '${operation.name}'`;
    case 'acquire-locks':
      return 'the update locks';
    case 'release-locks':
    case 'save-image':
    case 'forget-image':
    case 'put-files':
    case 'connect-network':
    case 'rename-container':
    case 'clear-hand-over':
      return null;
  }
}

function beginning(operation: Operation): string | null {
  const wording = operation.kind === 'acquire-locks' ? null : wordingOf(operation);
  if (wording === null) return null;
  const why = operation.kind === 'stop-container' ? ` (${shorten(operation.cause)})` : '';
  return `${wording.doing} ${wording.object}${why}`;
}

function shorten(text: string): string {
  return text.length <= LONGEST_CAUSE ? text : `${text.slice(0, LONGEST_CAUSE)}…`;
}

function ending(operation: Operation, result: OperationResult, retryIn: number | null): string | null {
  const retry = retryIn === null ? '' : `, retrying in ${formatDelay(retryIn)}`;
  switch (result.status) {
    case 'done': {
      const wording = operation.kind === 'acquire-locks' ? null : wordingOf(operation);
      return wording === null ? null : `${wording.done} ${wording.object}`;
    }
    case 'failed': {
      const { failed, object } = wordingOf(operation) ?? { failed: 'do', object: operation.id };
      return `Failed to ${failed} ${object} due to '${formatError(result.error)}'${retry}`;
    }
    case 'locked':
      return `Updates are locked${retry}`;
    case 'skipped':
    case 'cancelled':
      return null;
  }
}

function about({ appId, service }: Operation, message: string | null): SystemMessage | null {
  return message === null ? null : { message, appId, service };
}

function subject(appId: number | null, service: string | null): string {
  if (service !== null) return `Service '${service}'`;
  return appId === null ? 'The device' : `App ${appId}`;
}
