import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { startSupervisor, type SupervisorProcess } from '@device-supervisor/testbed';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { startBrowser, type TestBrowser } from './browser.ts';

let supervisor: SupervisorProcess;
let browser: TestBrowser;

beforeAll(async () => {
  supervisor = await startSupervisor({
    engineEndpoint: inject('engineEndpoint'),
    environment: { REQUIRE_API_KEY: '1' },
  });
  browser = await startBrowser();
});

afterAll(async () => {
  await browser[Symbol.asyncDispose]();
  await supervisor[Symbol.asyncDispose]();
});

it('asks for a key where the device does, and sends it in a header alone', async () => {
  const tab = await browser.open(supervisor.url('/'));
  const addresses: string[] = [];
  tab.page.on('request', (request) => addresses.push(request.url()));
  await tab.page.getByRole('heading', { name: 'This device asks for a key' }).waitFor();
  await tab.look('14-sign-in');

  await tab.page.getByLabel('Key').fill('not-the-key');
  await tab.page.getByRole('button', { name: 'Sign in' }).click();
  await tab.page.getByText('The device does not take this key.').waitFor();

  const key = (await readFile(join(supervisor.directory, 'data/api-key'), 'utf8')).trim();
  await tab.page.getByLabel('Key').fill(key);
  await tab.page.getByRole('button', { name: 'Sign in' }).click();
  await tab.page.getByText('Live').waitFor();
  await tab.page.reload();
  await tab.page.getByText('Live').waitFor();
  expect(addresses.filter((address) => address.includes(key))).toEqual([]);
  expect(await tab.page.evaluate('[document.cookie, localStorage.length]')).toEqual(['', 0]);

  // Another key takes the place of this one, while the page is open.
  const renewed = await fetch(supervisor.url('/v1/regenerate-api-key'), {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
  });
  expect(renewed.status).toBe(200);
  await tab.page.getByText('The device does not take this key.').waitFor();
  await tab.page.getByLabel('Key').fill(await renewed.text());
  await tab.page.getByRole('button', { name: 'Sign in' }).click();
  await tab.page.getByText('Live').waitFor();

  await tab.page.getByRole('navigation').getByRole('link', { name: 'Device' }).click();
  await tab.page.getByRole('button', { name: 'Sign out' }).click();
  await tab.page.getByRole('heading', { name: 'This device asks for a key' }).waitFor();
  expect(tab.faults).toEqual([]);
  await tab.page.close();
});

it('cannot be framed, read or driven by a page of another site', async () => {
  const device = supervisor.url('/');
  using ending = new DisposableStack();
  const elsewhere = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><title>Elsewhere</title><iframe src="${device}"></iframe>`);
  });
  // A browser opens connections that it may never use.
  ending.defer(() => (elsewhere.close(), elsewhere.closeAllConnections()));
  elsewhere.listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  const address = elsewhere.address();
  // Another site to the browser: names differ, and so do ports.
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const page = await browser.context.newPage();
  const framed: number[] = [];
  page.on('response', (response) => {
    if (response.url() === device) framed.push(response.status());
  });
  await page.goto(`http://localhost:${port}/`);
  expect(framed).toEqual([403]);
  const ask = `Promise.all(['/', '/v3/state', '/ping'].map((path) =>
    fetch('${device.slice(0, -1)}' + path).then((answer) => answer.status, () => 'refused')))`;
  expect(await page.evaluate(ask)).toEqual(['refused', 'refused', 'refused']);
  await page.close();
});
