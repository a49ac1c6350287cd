import type { Device } from '@device-supervisor/device';
import { toApiEvent } from './events/api-event.ts';
import { createEventLog, type EventLog } from './events/event-log.ts';
import { createHealthMetrics } from './metrics/health-metrics.ts';
import { createDeviceMetrics } from './metrics/device-metrics.ts';
import type { MetricFamily } from './metrics/metric-family.ts';
import { createRequestMetrics, type RequestMetrics } from './metrics/request-metrics.ts';

/** Watches the device on behalf of those who ask later: events, counts, and whether the engine is there. */
export interface Monitor extends Disposable {
  readonly events: EventLog;
  readonly requests: RequestMetrics;
  /** `null`: it has not been heard of yet. */
  readonly engineConnected: boolean | null;
  /** Milliseconds since the monitor was made. */
  uptime(): number;
  collect(): MetricFamily[];
}

/** Events that a client may come back for: about an update of thirty services, with every step of it. */
const EVENTS_KEPT = 500;

export function createMonitor(device: Pick<Device, 'state' | 'subscribe' | 'health'>): Monitor {
  const started = performance.now();
  const events = createEventLog(Date.now().toString(36), EVENTS_KEPT);
  const health = createHealthMetrics(device, () => engineConnected);
  const deviceMetrics = createDeviceMetrics(device, () => performance.now());
  const requests = createRequestMetrics();
  let engineConnected: boolean | null = null;
  const subscription = device.subscribe((event) => {
    if (event.type === 'engine-connected') engineConnected = true;
    if (event.type === 'engine-lost') engineConnected = false;
    deviceMetrics.record(event);
    events.append(toApiEvent(event, Date.now()));
  });
  return {
    events,
    requests,
    get engineConnected() {
      return engineConnected;
    },
    uptime: () => performance.now() - started,
    collect: () => [...health(), ...deviceMetrics.collect(), requests.collect()],
    [Symbol.dispose]: () => subscription[Symbol.dispose](),
  };
}
