import { setImmediate } from 'node:timers/promises';
import { createFakeClock, type FakeClock } from '@device-supervisor/device/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CloudHttp } from '../http/cloud-http.ts';
import { createOutage } from '../outage.ts';
import { createPendingTags, type PendingTags } from './pending-tags.ts';
import { startTagReporter, type TagReporter } from './tag-reporter.ts';

let clock: FakeClock;
let kept: string | null;
let pending: PendingTags;
let said: string[];
/** Of the cloud. */
let tags: Record<string, string>;
let patches: unknown[];
let isUp: boolean;

const http: CloudHttp = {
  async request({ method, json }) {
    if (!isUp) return { status: 503, headers: {}, body: '' };
    if (method === 'GET') {
      const d = Object.entries(tags).map(([key, value], index) => ({ id: index + 1, tag_key: key, value }));
      return { status: 200, headers: {}, body: JSON.stringify({ d }) };
    }
    patches.push(json);
    return { status: JSON.stringify(json).includes('io.balena.') ? 400 : 200, headers: {}, body: '' };
  },
  [Symbol.dispose]: () => undefined,
};
const memory = {
  load: () => kept,
  save: (text: string) => void (kept = text),
  clear: () => void (kept = null),
};

beforeEach(() => {
  clock = createFakeClock();
  [kept, said, tags, patches, isUp] = [null, [], {}, [], true];
  pending = createPendingTags(memory);
});

function start(): TagReporter {
  const say = (message: string): void => void said.push(message);
  const outage = createOutage('telling tags', say);
  const device = { uuid: 'd0', key: 'key' };
  return startTagReporter({ http, device, pending, clock, random: () => 0, interval: () => 900_000, outage, say });
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await setImmediate();
}

describe('startTagReporter', () => {
  it('tells only the tags that differ, and forgets them then', async () => {
    tags = { same: 'a', other: 'b' };
    pending.add({ same: 'a', other: 'c', extra: 'd' });
    await using _reporter = start();
    await settle();
    expect(patches).toEqual([{ d0: { other: 'c', extra: 'd' } }]);
    expect(kept).toBeNull();
  });

  it('sends nothing when the cloud has them all', async () => {
    tags = { same: 'a' };
    pending.add({ same: 'a' });
    await using _reporter = start();
    await settle();
    expect([patches, kept]).toEqual([[], null]);
  });

  it('keeps them over a restart until the cloud can be reached', async () => {
    isUp = false;
    pending.add({ place: 'lab' });
    {
      await using _reporter = start();
      await settle();
    }
    pending = createPendingTags(memory);
    await using _reporter = start();
    await settle();
    isUp = true;
    clock.advance(15_000);
    await settle();
    expect(patches).toEqual([{ d0: { place: 'lab' } }]);
    expect(kept).toBeNull();
  });

  it('leaves out a tag that the cloud refuses, and tells the others', async () => {
    pending.add({ 'io.balena.x': '1', place: 'lab' });
    await using _reporter = start();
    await settle();
    expect(patches.slice(1)).toEqual([{ d0: { 'io.balena.x': '1' } }, { d0: { place: 'lab' } }]);
    expect(said).toEqual(["The cloud refuses tag 'io.balena.x'; it is forgotten"]);
    expect(kept).toBeNull();
  });

  it('takes what is damaged for nothing', () => {
    kept = '{';
    expect(createPendingTags(memory).all()).toEqual({});
  });
});
