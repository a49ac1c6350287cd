import type { Device, DeviceEvent } from '@device-supervisor/device';
import { createCounter, createHistogram } from './instruments.ts';
import type { Labels, MetricFamily } from './metric-family.ts';

type OperationKind = Extract<DeviceEvent, { readonly type: 'operation-started' }>['operation']['kind'];

export interface DeviceMetrics {
  /** Takes note of an event. */
  record(event: DeviceEvent): void;
  collect(): MetricFamily[];
}

/** Seconds: from an apply that starts one container to one that downloads for hours. */
const APPLY_BOUNDS = [1, 5, 15, 60, 300, 900, 3600, 14_400] as const;
const LOCK_BOUNDS = [1, 10, 60, 600, 3600, 86_400] as const;

/** All kinds of operations: the compiler asks for a new one. */
const KINDS: Readonly<Record<OperationKind, true>> = {
  'pull-image': true,
  'save-image': true,
  'remove-image': true,
  'forget-image': true,
  'create-network': true,
  'remove-network': true,
  'create-volume': true,
  'remove-volume': true,
  'acquire-locks': true,
  'release-locks': true,
  'create-container': true,
  'put-files': true,
  'connect-network': true,
  'start-container': true,
  'stop-container': true,
  'remove-container': true,
  'rename-container': true,
  'update-container': true,
  'clear-hand-over': true,
};

/** Counters of operations, and the state of the device. */
export function createDeviceMetrics(device: Pick<Device, 'state'>, now: () => number): DeviceMetrics {
  const operations = createCounter({
    name: 'supervisor_operations_total',
    help: 'Operations by kind and result',
    present: Object.keys(KINDS).flatMap((kind) => ['done', 'failed'].map((result) => ({ kind, result }))),
  });
  const starts = createCounter({ name: 'supervisor_container_starts_total', help: 'Containers that were started' });
  const applies = createHistogram(
    {
      name: 'supervisor_apply_duration_seconds',
      help: 'From the first operation until nothing is left to do',
      present: [{}],
    },
    APPLY_BOUNDS,
  );
  const waits = createHistogram(
    {
      name: 'supervisor_lock_wait_seconds',
      help: 'How long updates waited for update locks of services',
      present: [{}],
    },
    LOCK_BOUNDS,
  );
  const pulled = createCounter({
    name: 'supervisor_pull_bytes_total',
    help: 'Bytes of images that were downloaded',
    present: [{}],
  });
  const received = new Map<string, number>();
  const lockedSince = new Map<number, number>();
  let applyingSince: number | null = null;

  return {
    record(event) {
      switch (event.type) {
        case 'operation-started':
          applyingSince ??= now();
          return;
        case 'operation-progress': {
          const { operation, progress } = event;
          const before = received.get(operation.id) ?? 0;
          pulled.add({}, Math.max(0, progress.receivedBytes - before));
          received.set(operation.id, progress.receivedBytes);
          return;
        }
        case 'operation-finished': {
          const { operation, result } = event;
          received.delete(operation.id);
          operations.add({ kind: operation.kind, result: result.status });
          if (result.status !== 'done') return;
          if (operation.kind === 'start-container') starts.add(ownerLabels(operation.appId, operation.service));
          if (operation.kind === 'acquire-locks') endWait(operation.appId);
          return;
        }
        case 'blocked': {
          const { appId, reason } = event.blocked;
          if (reason === 'locked' && appId !== null && !lockedSince.has(appId)) lockedSince.set(appId, now());
          return;
        }
        case 'settled':
          if (applyingSince !== null) applies.observe({}, secondsSince(applyingSince));
          applyingSince = null;
          lockedSince.clear();
          return;
        default:
          return;
      }
    },
    collect() {
      const state = device.state();
      const services = state.apps.flatMap(({ id, services: own }) =>
        own.map(({ name, status }) => ({ ...ownerLabels(id, name), status })),
      );
      for (const { app_id: app, service } of services) starts.begin({ app_id: app, service });
      const present = new Set(services.map(({ app_id: app, service }) => `${app} ${service}`));
      starts.keep(({ app_id: app, service }) => present.has(`${app} ${service}`));
      const blocked = Map.groupBy(state.blocked, ({ reason }) => reason);
      return [
        operations.collect(),
        starts.collect(),
        pulled.collect(),
        applies.collect(),
        waits.collect(),
        gauge('supervisor_applying', 'Whether the device is on its way to its target', [[{}, Number(state.applying)]]),
        gauge(
          'supervisor_blocked',
          'Blocked apps and services, by reason',
          [...blocked].map(([reason, all]) => [{ reason }, all.length]),
        ),
        gauge(
          'supervisor_service_status',
          'Containers of services by status; the value is 1',
          services.map((labels) => [labels, 1]),
        ),
      ];
    },
  };

  function endWait(appId: number): void {
    const since = lockedSince.get(appId);
    if (since !== undefined) waits.observe({}, secondsSince(since));
    lockedSince.delete(appId);
  }

  function secondsSince(time: number): number {
    return (now() - time) / 1000;
  }
}

function ownerLabels(appId: number | null, service: string | null) {
  return { app_id: String(appId), service: service ?? '' };
}

export function gauge(name: string, help: string, values: readonly (readonly [Labels, number])[]): MetricFamily {
  return { name, help, type: 'gauge', samples: values.map(([labels, value]) => ({ labels, value })) };
}
