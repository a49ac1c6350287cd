import type { Operation } from '@device-supervisor/compose';
import type { DeviceHealth } from '../device.ts';

/** A call on the engine that takes longer, in milliseconds, means that something is stuck; downloads have no limit. */
const STUCK_AFTER = 900_000;

/** @param idleFor milliseconds since an operation began, went on or ended */
export function assessHealth(running: readonly Operation[], idleFor: number): DeviceHealth {
  const calls = running.filter(({ kind }) => kind !== 'pull-image');
  const problems =
    calls.length > 0 && idleFor > STUCK_AFTER
      ? [`${calls.map(({ id }) => id).join(', ')}: no answer from the engine for ${Math.round(idleFor / 60_000)} min`]
      : [];
  return { healthy: problems.length === 0, problems };
}
