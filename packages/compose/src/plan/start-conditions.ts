import type { ObservedContainer } from '../observed.ts';
import type { Dependency } from '../spec/dependencies.ts';

/** The engine's message where no interface had the host address of a published port. */
const ADDRESS_NOT_THERE = /cannot assign requested address/i;

/** Why a container that is right must be started; `null`: it need not. */
export function startCause(container: ObservedContainer, seenRunning: ReadonlySet<string>): string | null {
  switch (container.status) {
    case 'created':
      return ADDRESS_NOT_THERE.test(container.error) ? 'its host address was not there' : 'was never started';
    case 'exited':
      if (ADDRESS_NOT_THERE.test(container.error)) return 'its host address was not there';
      return wasStoppedUnseen(container, seenRunning) ? 'was found stopped' : null;
    case 'running':
    case 'paused':
    case 'restarting':
    case 'removing':
    case 'dead':
      return null;
  }
}

/**
 * Once a container ran, the engine restarts it as its policy says. If it did not although the policy says so, someone
 * stopped the container: on purpose if we observed it and did not do it ourselves, else an interruption left it behind.
 */
function wasStoppedUnseen(container: ObservedContainer, seenRunning: ReadonlySet<string>): boolean {
  const isMeant = seenRunning.has(container.id) && container.stoppedByUs !== true;
  return isRestartedByEngine(container) && !isMeant;
}

function isRestartedByEngine({ config: { restart }, exitCode, restartCount }: ObservedContainer): boolean {
  switch (restart.name) {
    case 'always':
    case 'unless-stopped':
      return true;
    case 'on-failure':
      return exitCode !== 0 && (restart.maximumRetryCount === 0 || restartCount < restart.maximumRetryCount);
    case 'no':
      return false;
  }
}

/** What a dependency still lacks; `null`: it is met. */
export function unmetCondition({ service, condition }: Dependency, container: ObservedContainer | null): string | null {
  if (container === null) return `waits for ${service} to be created`;
  switch (condition) {
    case 'service_started':
      return container.startedAt === null ? `waits for ${service} to start` : null;
    case 'service_healthy':
      if (container.health === 'none' && container.status === 'running') {
        return `waits for ${service} to be healthy, but ${service} has no health check`;
      }
      return container.health === 'healthy' ? null : `waits for ${service} to be healthy`;
    case 'service_completed_successfully':
      if (container.status === 'exited' && container.exitCode !== 0) {
        return `waits for ${service} to complete, but it failed with exit code ${container.exitCode}`;
      }
      return container.status === 'exited' ? null : `waits for ${service} to complete`;
  }
}
