import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  startAppFixture,
  startSupervisor,
  waitFor,
  type AppFixture,
  type SupervisorProcess,
} from '@device-supervisor/testbed';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { startBrowser, type TestBrowser } from './browser.ts';

const APP = 90_311;
const PAGE = resolve(import.meta.dirname, '../../supervisor/dist/page');
const KILOBYTE = 1_000;
/** Bytes of the whole page as it is sent. */
const MOST_BYTES = 150 * KILOBYTE;
/** A minute of a device on which nothing happens: usage each 10 s, locks each 15 s, health each 30 s, and what opening takes. */
const MOST_REQUESTS = 40;

let fixture: AppFixture;
let supervisor: SupervisorProcess;
let browser: TestBrowser;

beforeAll(async () => {
  fixture = await startAppFixture(APP);
  supervisor = await startSupervisor({ engineEndpoint: fixture.engine.endpoint });
  await supervisor.apply(fixture.target({ web: {}, db: {}, worker: {} }));
  browser = await startBrowser();
});

afterAll(async () => {
  await browser[Symbol.asyncDispose]();
  await fixture.removeAll(supervisor);
  await supervisor[Symbol.asyncDispose]();
  await fixture[Symbol.asyncDispose]();
});

it('is small', async () => {
  const packed = (await readdir(PAGE)).filter((name) => name.endsWith('.gz'));
  const sizes = await Promise.all(packed.map(async (name) => (await stat(join(PAGE, name))).size));
  const total = sizes.reduce((sum, one) => sum + one, 0);
  console.log(`The page is ${formatKilobytes(total)} in ${packed.length} files`);
  expect(total).toBeLessThan(MOST_BYTES);
});

it('asks for little while it is watched', async () => {
  const before = await residentMemory();
  const page = await browser.context.newPage();
  const traffic = await watchTraffic(page);
  const began = performance.now();
  await page.goto(supervisor.url('/'));
  await page.getByText('3 services running').waitFor();
  const opening = traffic.bytes();
  await waitFor('six readings of the usage', () => traffic.count('/v3/usage') >= 6);
  const minutes = (performance.now() - began) / 60_000;
  const watched = await residentMemory();
  await page.close();
  const perMinute = traffic.requests() / minutes;
  const perHour = ((traffic.bytes() - opening) / minutes) * 60;
  console.log(
    [
      `Opening took ${formatKilobytes(opening)}; then ${perMinute.toFixed(1)} requests a minute`,
      `and ${formatKilobytes(perHour)} an hour (a quiet device with three services).`,
      `Resident memory of the supervisor: ${formatMegabytes(before)} before, ${formatMegabytes(watched)} while watched,`,
      `${formatMegabytes(await residentMemory())} after.`,
    ].join(' '),
  );
  expect(perMinute).toBeLessThan(MOST_REQUESTS);
  expect(opening).toBeLessThan(MOST_BYTES);
});

it('is asked for again only where it has changed', async () => {
  const page = await browser.context.newPage();
  const traffic = await watchTraffic(page);
  await page.goto(supervisor.url('/'));
  await page.getByText('3 services running').waitFor();
  const script = (await readdir(PAGE)).find((name) => name.endsWith('.js')) ?? '';
  // Chromium takes what never changes from its cache, without a request.
  expect(traffic.fromNetwork(`/page/${script}`)).toBe(0);
  await page.close();
});

interface Traffic {
  requests(): number;
  /** Requests whose path this is. */
  count(path: string): number;
  /** Bytes that came for a path. */
  fromNetwork(path: string): number;
  /** On the wire, with headers. */
  bytes(): number;
}

async function watchTraffic(page: Page): Promise<Traffic> {
  const session = await page.context().newCDPSession(page);
  const paths = new Map<string, string>();
  const bytes = new Map<string, number>();
  session.on('Network.requestWillBeSent', ({ requestId, request }) =>
    paths.set(requestId, new URL(request.url).pathname),
  );
  // A stream never finishes: its parts are counted as they come.
  session.on('Network.dataReceived', ({ requestId, encodedDataLength }) => add(requestId, encodedDataLength));
  session.on('Network.responseReceived', ({ requestId, response }) => add(requestId, response.encodedDataLength));
  await session.send('Network.enable');
  const of = (path: string): string[] => [...paths].flatMap(([id, own]) => (own === path ? [id] : []));
  return {
    requests: () => paths.size,
    count: (path) => of(path).length,
    fromNetwork: (path) => of(path).reduce((sum, id) => sum + (bytes.get(id) ?? 0), 0),
    bytes: () => [...bytes.values()].reduce((sum, one) => sum + one, 0),
  };

  function add(requestId: string, more: number): void {
    bytes.set(requestId, (bytes.get(requestId) ?? 0) + more);
  }
}

async function residentMemory(): Promise<number> {
  const status = await readFile(`/proc/${supervisor.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

function formatKilobytes(bytes: number): string {
  return `${(bytes / KILOBYTE).toFixed(1)} kB`;
}

function formatMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
