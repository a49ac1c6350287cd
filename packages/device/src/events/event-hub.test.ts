import { describe, expect, it } from 'vitest';
import type { DeviceEvent } from '../device.ts';
import type { DeviceState } from '../state/device-state.ts';
import { createFakeClock } from '@device-supervisor/primitives/testing';
import { EventHub } from './event-hub.ts';

const STATE: DeviceState = {
  observed: true,
  applying: false,
  apps: [],
  images: [],
  blocked: [],
  notices: [],
  overallDownloadProgress: null,
};

function createHub() {
  const clock = createFakeClock();
  let state = STATE;
  const hub = new EventHub({ clock, state: () => state });
  const listen = (fails: (event: DeviceEvent) => boolean = () => false) => {
    const events: string[] = [];
    const subscription = hub.subscribe((event) => {
      if (fails(event)) throw new Error('the disk is full');
      events.push(event.type);
    });
    return { events, subscription };
  };
  const change = async (next: Partial<DeviceState>): Promise<void> => {
    state = { ...state, ...next };
    hub.noteChange();
    await Promise.resolve();
  };
  return { hub, clock, listen, change };
}

describe('a new listener', () => {
  it('gets the present state first', () => {
    expect(createHub().listen().events).toEqual(['state-changed']);
  });

  it('learns whether the engine is connected', () => {
    const { hub, listen } = createHub();
    hub.emit({ type: 'engine-connected' });
    hub.emit({ type: 'engine-lost', error: new Error('gone') });
    expect(listen().events).toEqual(['engine-lost', 'state-changed']);
  });
});

describe('state-changed', () => {
  it('is sent for a state that differs, and for no other', async () => {
    const { listen, change } = createHub();
    const { events } = listen();
    await change({ applying: true });
    await change({});
    await change({ applying: true });
    expect(events).toEqual(['state-changed', 'state-changed']);
  });

  it('is one for many changes at a time', async () => {
    const { listen, change } = createHub();
    const { events } = listen();
    void change({ applying: true });
    await change({ overallDownloadProgress: 7 });
    expect(events).toHaveLength(2);
  });

  it('is not lost when the hub is disposed of', () => {
    const { hub, listen, change } = createHub();
    const { events } = listen();
    void change({ applying: true });
    hub[Symbol.dispose]();
    expect(events).toHaveLength(2);
  });
});

describe('a listener that throws', () => {
  it('keeps nothing from the others, who learn of it once', () => {
    const { hub, listen } = createHub();
    listen((event) => event.type !== 'state-changed');
    const { events } = listen();
    hub.emit({ type: 'settled', changed: true });
    hub.emit({ type: 'settled', changed: true });
    expect(events).toEqual(['state-changed', 'fault', 'settled', 'settled']);
  });

  it('gets the state again, ever more seldom, until it takes it', async () => {
    const { clock, listen, change } = createHub();
    let tries = 0;
    const { events } = listen(() => ++tries < 4);
    await change({ applying: true });
    expect([tries, events]).toEqual([2, []]);
    clock.advance(1_000);
    expect(tries).toBe(3);
    clock.advance(3_999);
    expect(tries).toBe(3);
    clock.advance(1);
    expect([tries, events]).toEqual([4, ['state-changed']]);
    expect(clock.pending).toBe(0);
  });

  it('on the error of another one does not go round in circles', () => {
    const { hub, listen } = createHub();
    listen(() => true);
    listen(() => true);
    const { events } = listen();
    hub.emit({ type: 'settled', changed: false });
    expect(events).toEqual(['state-changed', 'settled']);
  });
});

it('events that a listener causes come after the one that it was called with', () => {
  const { hub, listen } = createHub();
  const subscription = hub.subscribe(({ type }) => {
    if (type === 'engine-connected') hub.emit({ type: 'settled', changed: true });
  });
  const { events } = listen();
  hub.emit({ type: 'engine-connected' });
  expect(events).toEqual(['state-changed', 'engine-connected', 'settled']);
  subscription[Symbol.dispose]();
});
