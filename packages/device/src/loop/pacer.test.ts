import { expect, it } from 'vitest';
import { createFakeClock } from '@device-supervisor/primitives/testing';
import { Pacer } from './pacer.ts';

function createPacer() {
  const clock = createFakeClock();
  const woken: number[] = [];
  const start = clock.monotonic();
  const pacer = new Pacer({ clock, wake: () => woken.push(clock.monotonic() - start) });
  return { clock, pacer, woken };
}

it('wakes at once when turns take no time', () => {
  const { pacer, woken } = createPacer();
  pacer.request(0);
  expect(woken).toEqual([0]);
});

it('gathers many changes, and wakes once', () => {
  const { clock, pacer, woken } = createPacer();
  pacer.request(500);
  clock.advance(300);
  pacer.request(500);
  clock.advance(1_000);
  expect(woken).toEqual([500]);
});

it('waits nine times as long as a turn took, and never longer than five seconds', () => {
  const { clock, pacer, woken } = createPacer();
  pacer.record(100);
  pacer.request(500);
  clock.advance(900);
  pacer.record(60_000);
  pacer.request(0);
  clock.advance(5_000);
  expect(woken).toEqual([900, 5_900]);
});

it('wakes earlier for what can wait less', () => {
  const { clock, pacer, woken } = createPacer();
  pacer.request(500);
  pacer.request(100);
  clock.advance(1_000);
  expect(woken).toEqual([100]);
});

it('leaves no timer behind', () => {
  const { clock, pacer } = createPacer();
  pacer.request(500);
  pacer[Symbol.dispose]();
  expect(clock.pending).toBe(0);
});
