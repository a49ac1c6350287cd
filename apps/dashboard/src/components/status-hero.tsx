import type { DeviceState } from '@device-supervisor/api-client';
import { propose, type Actions } from '../model/actions.ts';
import type { DeviceStore } from '../model/device-store.ts';
import { progressOf } from '../model/plan-steps.ts';
import { addressOf } from '../model/route.ts';
import { summariseDevice, type Tone } from '../model/summarise-device.ts';
import { Icon, type IconName } from './icon.tsx';
import { ProgressBar } from './progress-bar.tsx';

interface StatusHeroProps {
  readonly store: DeviceStore;
  readonly actions: Actions;
  readonly state: DeviceState;
}

/** The device in one sentence, and what a person can do about it. */
export function StatusHero({ store, actions, state }: StatusHeroProps) {
  const steps = store.steps.value;
  const { tone, title, detail } = summariseDevice({ state, steps, health: store.health.value });
  const share = state.applying ? progressOf(steps) : null;
  const ended = steps.filter(({ status }) => status !== 'next' && status !== 'waiting' && status !== 'running').length;
  const isLocked = state.blocked.some(({ reason }) => reason === 'locked');
  const isCancelled = state.blocked.some(({ reason }) => reason === 'cancelled');
  const isPending = !isCancelled && (state.applying || state.blocked.length > 0);
  return (
    <section class={`hero ${tone}`} aria-label="State of the device">
      <span class="hero-icon">
        <Icon name={ICONS[tone]} />
      </span>
      <div class="hero-text" aria-live="polite">
        <h1>{title}</h1>
        <p>{detail}</p>
      </div>
      {share !== null && steps.length > 0 && (
        <div class="hero-progress">
          <ProgressBar percent={share * 100} label="Progress of the update" />
          <small>
            <a href={addressOf('plan')}>
              {ended} of {steps.length} steps done
            </a>
          </small>
        </div>
      )}
      <div class="hero-actions">
        {isLocked && (
          <button type="button" class="danger" onClick={() => propose(actions.force)}>
            Update now, despite the lock
          </button>
        )}
        {isPending && (
          <button type="button" class="plain" onClick={() => propose(actions.cancel)}>
            Cancel the update
          </button>
        )}
        <button type="button" class={isPending ? 'plain' : ''} onClick={() => propose(actions.update)}>
          {isCancelled ? 'Go on with the update' : isPending ? 'Try again now' : 'Look for an update'}
        </button>
      </div>
    </section>
  );
}

const ICONS: Readonly<Record<Tone, IconName>> = {
  good: 'check',
  busy: 'restart',
  warn: 'lock',
  bad: 'warn',
  idle: 'minus',
};
