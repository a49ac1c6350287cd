import type { Blocked, DeviceState, HealthDetail, ServiceState } from '@device-supervisor/api-client';
import type { PlanStep } from './plan-steps.ts';

/** The device in one sentence. */
export interface Summary {
  readonly tone: Tone;
  readonly title: string;
  readonly detail: string;
}

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'idle';

export interface SummarySources {
  readonly state: DeviceState;
  readonly steps: readonly PlanStep[];
  /** `null`: not read yet. */
  readonly health: HealthDetail | null;
}

/** The summary for a person. Problems that need an action come before those that resolve by themselves. */
export function summariseDevice({ state, steps, health }: SummarySources): Summary {
  const services = state.apps.flatMap((app) => app.services);
  if (health?.engineConnected === false) {
    const detail = 'Nothing can be changed until it is back. Containers may go on running.';
    return { tone: 'bad', title: 'The container engine is away', detail };
  }
  const crashing = services.filter(isCrashing);
  const [first] = crashing;
  if (first !== undefined) {
    return {
      tone: 'bad',
      title: `${listNames(crashing)} ${crashing.length === 1 ? 'keeps' : 'keep'} crashing`,
      detail: crashReason(first),
    };
  }
  const blocked = state.blocked.filter(({ reason }) => NEEDS_ATTENTION.has(reason));
  const [obstacle] = blocked;
  const current = steps.find(({ status }) => status === 'running');
  if (current !== undefined) return { tone: 'busy', title: 'The device is changing', detail: current.operation.cause };
  if (obstacle !== undefined) return describeObstacle(obstacle, blocked.length);
  const unhealthy = services.filter((one) => one.health === 'unhealthy');
  if (unhealthy.length > 0) {
    const detail = 'Its health check fails; its logs may say why.';
    return {
      tone: 'warn',
      title: `${listNames(unhealthy)} ${unhealthy.length === 1 ? 'is' : 'are'} unhealthy`,
      detail,
    };
  }
  if (state.applying) return { tone: 'busy', title: 'The device is changing', detail: 'The next step begins soon.' };
  if (services.length === 0)
    return { tone: 'idle', title: 'Nothing to run', detail: 'The target of this device has no services.' };
  const stopped = services.filter(({ status }) => status === 'exited' || status === 'Dead');
  const running = services.length - stopped.length;
  const detail =
    stopped.length === 0
      ? `${count(running, 'service')} running`
      : `${count(running, 'service')} running, ${stopped.length} stopped`;
  return { tone: 'good', title: 'The device is at its target', detail };
}

/** Does the engine start it repeatedly? */
export function isCrashing({ status, restarts, exitCode }: ServiceState): boolean {
  return status === 'restarting' || (status === 'Running' && restarts > 2 && exitCode !== null && exitCode !== 0);
}

export function crashReason({ name, exitCode, restarts }: ServiceState): string {
  const ending = exitCode === null ? 'Its last run ended' : `Its last run ended with exit code ${exitCode}`;
  return `${ending}, and the engine has restarted ${name} ${restarts === 1 ? 'once' : `${restarts} times`}.`;
}

/** Reasons that do not go away by themselves within a moment. */
const NEEDS_ATTENTION: ReadonlySet<Blocked['reason']> = new Set([
  'invalid',
  'unreadable',
  'contract',
  'name-taken',
  'locked',
  'hand-over',
  'reboot',
  'backoff',
  'disk-space',
  'cancelled',
  'fault',
]);

function describeObstacle({ service, reason, message }: Blocked, number: number): Summary {
  const others = number === 1 ? '' : ` (and ${number - 1} more)`;
  const subject = service ?? 'The update';
  return {
    tone: reason === 'locked' || reason === 'cancelled' ? 'warn' : 'bad',
    title: `${subject} ${OBSTACLES[reason] ?? 'has to wait'}${others}`,
    detail: sentence(message),
  };
}

const OBSTACLES: Readonly<Record<string, string>> = {
  locked: 'waits for an update lock',
  cancelled: 'was cancelled',
  backoff: 'failed, and is tried again',
  'disk-space': 'does not fit on the disk',
  reboot: 'waits for a reboot',
  invalid: 'asks for something impossible',
  contract: 'needs what this device does not have',
};

function listNames(services: readonly ServiceState[]): string {
  const names = [...new Set(services.map(({ name }) => name))];
  return names.length < 3 ? names.join(' and ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
