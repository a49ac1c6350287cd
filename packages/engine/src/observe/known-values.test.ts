import { heapUsed } from '@device-supervisor/testbed';
import type { ObservedContainer } from '@device-supervisor/compose';
import { beforeEach, expect, it } from 'vitest';
import { readObservedContainer } from '../mapping/observed-container.ts';
import { containerId, containerInspection } from '../testing/engine-answers.ts';
import { ContainerInspection } from '../wire/container-wire.ts';
import { KnownValues } from './known-values.ts';

const MEGABYTE = 1024 * 1024;
const VALUES = 8;

let known: KnownValues;
beforeEach(() => {
  known = new KnownValues();
});

/** Strings of their own at each call. */
function longValues(letter = 'a'): Record<string, string> {
  const value = (): string => Buffer.alloc(MEGABYTE, letter).toString('latin1');
  return Object.fromEntries(Array.from({ length: VALUES }, (_, index) => [`V${index}`, value()]));
}

/** As the engine answers; each answer has strings of its own. */
function readBack(environment: Readonly<Record<string, string>>, Name = '/web-1'): ObservedContainer {
  const Env = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const answer = JSON.stringify(containerInspection(1, { Name, Config: { Env } }));
  return readObservedContainer(ContainerInspection.parse(JSON.parse(answer)));
}

/** Megabytes that the containers hold beside what was in memory before. */
function megabytesOf(look: () => ObservedContainer): number {
  const before = heapUsed();
  const container = look();
  const megabytes = (heapUsed() - before) / MEGABYTE;
  expect(Object.values(container.config.environment)).toHaveLength(VALUES);
  return megabytes;
}

it('holds what a container was created with once', () => {
  const environment = longValues();
  known.add('web-1', environment);
  expect(megabytesOf(() => known.share(readBack(environment)))).toBeLessThan(1);
});

it('knows a container again that has another name since', () => {
  const environment = longValues();
  known.add('web-1', environment);
  known.share(readBack(environment));
  expect(megabytesOf(() => known.share(readBack(environment, '/web-2')))).toBeLessThan(1);
});

it('changes no value', () => {
  known.add('web-1', longValues());
  const other = { ...longValues('b'), SHORT: '1', ['__proto__']: '2' };
  expect(known.share(readBack(other))).toEqual(readBack(other));
});

it('drops what belongs to containers that are gone, and not of one that is in no list yet', () => {
  const environment = longValues();
  known.add('web-1', environment);
  known.retain(new Set());
  expect(megabytesOf(() => known.share(readBack(environment)))).toBeLessThan(1);
  known.retain(new Set([containerId(1)]));
  known.retain(new Set());
  known.retain(new Set([containerId(1)]));
  expect(megabytesOf(() => known.share(readBack(environment)))).toBeLessThan(1);
  known.retain(new Set());
  known.retain(new Set());
  expect(megabytesOf(() => known.share(readBack(environment)))).toBeGreaterThan(VALUES - 1);
});
