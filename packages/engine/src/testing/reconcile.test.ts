import { formatPlan, reconcile } from '@device-supervisor/compose';
import { testTarget } from '@device-supervisor/compose/testing';
import { expect, it } from 'vitest';
import { createInMemoryEngine } from './in-memory-engine.ts';

const TARGET = testTarget({
  services: { db: {}, web: { composition: { depends_on: ['db'], ports: ['8080:80'] } } },
});
const pullable = { 'db:1': {}, 'web:1': {} };

it('downloads, creates and starts until the engine matches the target, and then does nothing', async () => {
  const engine = createInMemoryEngine({ pullable });
  const plans: string[] = [];
  const result = await reconcile({ engine, target: TARGET, onPlan: (plan) => plans.push(formatPlan(plan)) });
  expect(result).toMatchObject({ status: 'settled', plan: { operations: [], blocked: [] } });
  expect(plans[0]).toContain('pull-image web:1');
  const { containers } = await engine.observe({ imageReferences: [] });
  expect(containers.map(({ identity, status }) => `${identity?.serviceName} ${status}`).sort()).toEqual([
    'db running',
    'web running',
  ]);
  plans.splice(0);
  expect((await reconcile({ engine, target: TARGET, onPlan: (plan) => plans.push(formatPlan(plan)) })).status).toBe(
    'settled',
  );
  expect(plans.join('\n')).not.toMatch(/create-container|start-container|pull-image/);
});

it('waits for a service that others depend on', async () => {
  const target = testTarget({
    services: {
      db: { composition: { healthcheck: { test: ['CMD', 'true'] } } },
      web: { composition: { depends_on: { db: { condition: 'service_healthy' } } } },
    },
  });
  const engine = createInMemoryEngine({ pullable });
  const started = Promise.withResolvers<void>();
  const done = reconcile({
    engine,
    target,
    onEvent: (event) => {
      if (event.type === 'finished' && event.operation.kind === 'start-container') started.resolve();
    },
  });
  await started.promise;
  const db = (await engine.observe({ imageReferences: [] })).containers.find(
    ({ identity }) => identity?.serviceName === 'db',
  );
  engine.setHealth(db?.id ?? '', 'healthy');
  expect((await done).status).toBe('settled');
});

it('ends at a failure, and says which operation failed and why', async () => {
  const result = await reconcile({ engine: createInMemoryEngine({ pullable: { 'db:1': {} } }), target: TARGET });
  expect(result).toMatchObject({
    status: 'failed',
    failures: [{ operation: 'pull-image web:1', reason: { error: { code: 'IMAGE_PULL_FAILED' } } }],
  });
});

it('says what is impossible, and why', async () => {
  const target = testTarget({ services: { web: { composition: { mem_limit: 'banana' } } } });
  const result = await reconcile({ engine: createInMemoryEngine({ pullable }), target });
  expect(result).toMatchObject({ status: 'blocked', plan: { blocked: [{ service: 'web', reason: 'invalid' }] } });
});

it('ends when it is aborted while it waits', async () => {
  const target = testTarget({
    services: {
      db: { composition: { healthcheck: { test: ['CMD', 'true'] } } },
      web: { composition: { depends_on: { db: { condition: 'service_healthy' } } } },
    },
  });
  const stop = new AbortController();
  const done = reconcile({
    engine: createInMemoryEngine({ pullable }),
    target,
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type === 'finished' && event.operation.kind === 'start-container') stop.abort();
    },
  });
  expect(['blocked', 'cancelled']).toContain((await done).status);
});
