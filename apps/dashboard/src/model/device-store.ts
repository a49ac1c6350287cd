import { computed, signal, type ReadonlySignal } from '@preact/signals';
import {
  ApiRequestError,
  dataOf,
  InvalidKeyError,
  type ApiClient,
  type DeviceIdentity,
  type DeviceState,
  type HealthDetail,
  type Lock,
  type Plan,
  type UsageSample,
} from '@device-supervisor/api-client';
import { NO_ACTIVITY, withEvent, type Activity } from './activity.ts';
import { planSteps, type PlanStep } from './plan-steps.ts';
import { createRefresher, type Refresher } from './refresher.ts';

export type Connection =
  | { readonly status: 'connecting' | 'live' | 'paused' }
  | { readonly status: 'lost'; readonly since: number; readonly retryAt: number };

/** Everything that the page knows of the device. `null`: not read yet. */
export interface DeviceStore {
  readonly state: ReadonlySignal<DeviceState | null>;
  readonly plan: ReadonlySignal<Plan | null>;
  readonly health: ReadonlySignal<HealthDetail | null>;
  readonly info: ReadonlySignal<DeviceIdentity | null>;
  readonly locks: ReadonlySignal<readonly Lock[]>;
  readonly usage: ReadonlySignal<readonly UsageSample[]>;
  readonly activity: ReadonlySignal<Activity>;
  readonly steps: ReadonlySignal<readonly PlanStep[]>;
  readonly connection: ReadonlySignal<Connection>;
  /** The device refuses the key, or asks for one. */
  readonly needsKey: ReadonlySignal<boolean>;
  /** Milliseconds since the epoch, each second while the page is visible. */
  readonly now: ReadonlySignal<number>;
  /** Everything is read again, as after an action. */
  refresh(): void;
  /** Begins to follow the device. */
  connect(): void;
  /** Begins again with another key: it may open less than the one before. */
  signIn(): void;
}

/** Milliseconds between two reads of the same thing, at least. */
const SHORT = 400;
const LONG = 2_000;
/** Milliseconds between two reads without a cause. */
const HEALTH_INTERVAL = 30_000;
const LOCKS_INTERVAL = 15_000;
const USAGE_INTERVAL = 10_000;
/** Milliseconds after which a page that is not visible leaves the device alone. */
const PATIENCE = 30_000;
/** An id of no run of a supervisor: the device answers with everything that it has kept. */
const FROM_THE_START = '0-0';

/** Whether the page is visible; the document of the page. */
export interface Visibility {
  readonly hidden: boolean;
  addEventListener(type: 'visibilitychange', listener: () => void): void;
}

export function createDeviceStore(client: ApiClient, visibility: Visibility): DeviceStore {
  const state = signal<DeviceState | null>(null);
  const plan = signal<Plan | null>(null);
  const health = signal<HealthDetail | null>(null);
  const info = signal<DeviceIdentity | null>(null);
  const locks = signal<readonly Lock[]>([]);
  const usage = signal<readonly UsageSample[]>([]);
  const activity = signal<Activity>(NO_ACTIVITY);
  const connection = signal<Connection>({ status: 'connecting' });
  const needsKey = signal(false);
  const now = signal(Date.now());
  let stream = new AbortController();
  let lastEventId = FROM_THE_START;
  let isVisible = !visibility.hidden;

  const refreshers = {
    state: refresher(SHORT, async () => {
      const next = await dataOf(client.http.GET('/v3/state'));
      return () => (state.value = next);
    }),
    plan: refresher(LONG, async () => {
      const next = await dataOf(client.http.GET('/v3/plan'));
      return () => (plan.value = next);
    }),
    health: refresher(LONG, async () => {
      const next = await dataOf(client.http.GET('/v3/health/detail'));
      return () => (health.value = next);
    }),
    locks: refresher(LONG, async () => {
      const next = await dataOf(client.http.GET('/v3/locks'));
      return () => (locks.value = next.locks);
    }),
    info: refresher(LONG, async () => {
      const next = await dataOf(client.http.GET('/v3/device'));
      return () => (info.value = next);
    }),
    usage: refresher(LONG, async () => {
      const after = usage.value.at(-1)?.time ?? 0;
      const { samples, spanSeconds } = await dataOf(client.http.GET('/v3/usage', { params: { query: { after } } }));
      const oldest = Date.now() - spanSeconds * 1000;
      return () => (usage.value = [...usage.value.filter(({ time }) => time > oldest && time <= after), ...samples]);
    }),
  };

  /** @param read returns what keeps the answer */
  function refresher(interval: number, read: () => Promise<() => void>): Refresher {
    const load = async (): Promise<void> => {
      const ending = stream.signal;
      try {
        const keep = await read();
        if (!ending.aborted) keep();
      } catch (error) {
        noteRefusal(error, ending);
      }
    };
    return createRefresher({ load, interval, schedule: setTimeout, now: () => performance.now() });
  }

  /** An answer to a request that was sent with an earlier key says nothing of the present one. */
  function noteRefusal(error: unknown, ending: AbortSignal): void {
    if (isRefusal(error) && !ending.aborted) needsKey.value = true;
  }

  function refresh(): void {
    for (const one of Object.values(refreshers)) one.request();
  }

  async function follow(controller: AbortController): Promise<void> {
    const { signal: ending } = controller;
    try {
      const events = client.events({
        signal: ending,
        lastEventId,
        onConnection(news) {
          if (ending.aborted) return;
          if (!news.connected) {
            const since = connection.value.status === 'lost' ? connection.value.since : Date.now();
            connection.value = { status: 'lost', since, retryAt: Date.now() + news.retryIn };
            return;
          }
          connection.value = { status: 'live' };
          refresh();
        },
      });
      for await (const event of events) {
        if (ending.aborted) return;
        // The device answers the first request with a gap of unknown length, and everything that it has kept.
        const isBeginning = lastEventId === FROM_THE_START && event.event === 'gap';
        if (event.id !== undefined) lastEventId = event.id;
        if (isBeginning) continue;
        activity.value = withEvent(activity.value, event);
        for (const name of CAUSES[event.event] ?? []) refreshers[name].request();
      }
    } catch (error) {
      noteRefusal(error, ending);
    }
  }

  function connect(): void {
    stream.abort();
    stream = new AbortController();
    needsKey.value = false;
    connection.value = { status: 'connecting' };
    void follow(stream);
  }

  function signIn(): void {
    [state.value, plan.value, health.value, info.value] = [null, null, null, null];
    [locks.value, usage.value, activity.value] = [[], [], NO_ACTIVITY];
    lastEventId = FROM_THE_START;
    connect();
  }

  function show(): void {
    isVisible = !visibility.hidden;
    for (const one of Object.values(refreshers)) one.pause(!isVisible);
    if (isVisible) {
      now.value = Date.now();
      if (connection.value.status === 'paused') connect();
      else refresh();
      return;
    }
    setTimeout(() => {
      if (isVisible || connection.value.status === 'paused') return;
      stream.abort();
      connection.value = { status: 'paused' };
    }, PATIENCE);
  }

  visibility.addEventListener('visibilitychange', show);
  every(1_000, () => {
    now.value = Date.now();
  });
  every(HEALTH_INTERVAL, () => refreshers.health.request());
  every(LOCKS_INTERVAL, () => refreshers.locks.request());
  every(USAGE_INTERVAL, () => refreshers.usage.request());

  function every(interval: number, act: () => void): void {
    setInterval(() => {
      if (isVisible && !needsKey.value) act();
    }, interval);
  }

  const steps = computed(() => planSteps(plan.value ?? { operations: [] }, activity.value));
  const actions = { refresh, connect, signIn };
  return { state, plan, health, info, locks, usage, activity, steps, connection, needsKey, now, ...actions };
}

type Subject = 'state' | 'plan' | 'health' | 'locks' | 'info';

/** The documents to read again after an event. */
const CAUSES: Readonly<Record<string, readonly Subject[]>> = {
  'state-changed': ['state'],
  'operation-finished': ['plan'],
  blocked: ['state', 'plan', 'locks'],
  notice: ['state'],
  settled: ['state', 'plan', 'locks', 'info'],
  'engine-lost': ['health', 'plan'],
  'engine-connected': ['state', 'health', 'plan'],
  fault: ['health'],
  gap: ['state', 'plan', 'health', 'locks'],
};

function isRefusal(error: unknown): boolean {
  return error instanceof InvalidKeyError || (error instanceof ApiRequestError && error.details.status === 401);
}
