import * as fc from 'fast-check';
import { heapUsed } from '@device-supervisor/testbed';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { createFakeWorld } from '../test/conformance/fake-world.ts';
import { MULTI, SINGLE } from '../test/conformance/world.ts';
import { expectDocumented, readAnswer } from '../test/conformance/answers-as.ts';
import { arbitraryRequest } from '../test/fuzz/arbitrary-request.ts';
import type { OpenApiDocument } from './openapi/document.ts';

/** Requests of each half; after the first one, everything that is kept for good is there. */
const REQUESTS = 800;
/** Bytes that the heap may grow by in the second half: metrics of statuses that were not seen before. */
const GROWTH_ALLOWED = 2_000_000;

it('answers whatever the document allows, or nearly so, as it says', async () => {
  const world = createFakeWorld('bench:1');
  const { routes } = world.api.api;
  const document = z
    .custom<OpenApiDocument>((value) => typeof value === 'object')
    .parse(await (await world.send({ method: 'GET', path: '/v3/openapi.json' })).json());
  await using server = await world.api.api.listen({ port: 0, host: '127.0.0.1' });
  const requests = arbitraryRequest(document, {
    // Without that of the device, which a request may replace.
    keys: [world.keys.global, world.keys.single, world.keys.multi],
    parameters: {
      appId: [String(SINGLE.id), String(MULTI.id)],
      uuid: [SINGLE.uuid, MULTI.uuid],
      service: ['main', 'web'],
    },
    without: ['POST /v1/regenerate-api-key'],
  });
  const seen = new Map<number, number>();
  const attack = async (seed: number): Promise<void> =>
    fc.assert(
      fc.asyncProperty(requests, async ({ method, route, path, headers, body }) => {
        const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
          method,
          headers,
          ...(body === null ? {} : { body }),
        });
        const target = routes.find((one) => one.method === method && one.path.replaceAll(/:(\w+)/g, '{$1}') === route);
        if (target === undefined) throw new Error(`there is no route ${route}`);
        const answer = await readAnswer(target, response);
        seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
        // A parameter that is no segment of a path leads elsewhere.
        if (response.status === 404) return;
        expectDocumented(target, response, answer);
        // The only failure on our side that is part of the contract.
        expect(response.status < 500 || route === '/v2/containerId').toBe(true);
        expect(JSON.stringify(answer)).not.toMatch(/\bat .*\.ts:\d+|internal error/);
      }),
      { numRuns: REQUESTS, seed },
    );
  await attack(1);
  const before = heapUsed();
  await attack(2);
  expect(heapUsed() - before).toBeLessThan(GROWTH_ALLOWED);
  expect(world.api.errors).toEqual([]);
  expect(world.api.logs.attached).toBe(0);
  await expect.poll(() => world.api.host.journalsOpen).toBe(0);
  // It got to the handlers, and not only to what refuses.
  expect(seen.get(200)).toBeGreaterThan(REQUESTS / 4);
  expect([...seen.keys()]).toEqual(expect.arrayContaining([200, 202, 204, 400, 401, 404, 409]));
});
