import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeClock, type FakeClock } from '@device-supervisor/device/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLed, type Led } from './index.ts';

let directory: string;
let path: string;
let clock: FakeClock;
let led: Led;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'led-'));
  path = join(directory, 'brightness');
  writeFileSync(path, '0');
  clock = createFakeClock();
  led = createLed({ path, clock });
});
afterEach(async () => {
  await led[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

describe('blink', () => {
  it('goes on and off for 15 s, and is dark then', async () => {
    led.blink();
    await brightness('255');
    for (let half = 1; half < 60; half++) {
      expect(clock.advanceToNext()).toBe(true);
      await brightness(half % 2 === 0 ? '255' : '0');
    }
    expect(clock.pending).toBe(0);
    expect(clock.now() - START).toBe(59 * 250);
  });

  it('begins again when asked again, in step', async () => {
    led.blink();
    clock.advance(10_000);
    led.blink();
    expect(clock.pending).toBe(1);
    clock.advance(15_000);
    await brightness('255');
    clock.advance(250);
    await brightness('0');
    expect(clock.pending).toBe(0);
    led.blink();
    await brightness('255');
  });

  it('is dark after the end, also in the middle', async () => {
    led.blink();
    await brightness('255');
    await led[Symbol.asyncDispose]();
    expect(readFileSync(path, 'utf8')).toBe('0');
    expect(clock.pending).toBe(0);
  });

  it('does nothing without a LED', async () => {
    rmSync(path);
    led.blink();
    await led[Symbol.asyncDispose]();
    expect(existsSync(path)).toBe(false);
    led.blink();
    await vi.waitFor(() => {
      clock.advanceToNext();
      expect(clock.pending).toBe(0);
    });
  });
});

describe('flash', () => {
  it('goes on and off so many times, and is dark then', async () => {
    led.flash(4);
    await brightness('255');
    for (let half = 1; half < 8; half++) {
      expect(clock.advanceToNext()).toBe(true);
      await brightness(half % 2 === 0 ? '255' : '0');
    }
    expect(clock.pending).toBe(0);
  });

  it('does not touch a LED that another program makes blink', async () => {
    led.blink();
    await brightness('255');
    led.flash(1);
    expect(clock.pending).toBe(1);
    clock.advance(14_000);
    expect(clock.pending).toBe(1);
    clock.advance(1000);
    await brightness('0');
    expect(clock.pending).toBe(0);
  });
});

const START = createFakeClock().now();

async function brightness(expected: string): Promise<void> {
  await vi.waitFor(() => expect(readFileSync(path, 'utf8')).toBe(expected), { interval: 2 });
}
