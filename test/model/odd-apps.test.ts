import { formatPlan } from '@device-supervisor/compose';
import type { DeviceEngine } from '@device-supervisor/device';
import { EngineRequestError } from '@device-supervisor/engine';
import type { InMemoryEngine } from '@device-supervisor/engine/testing';
import { decodeCloudTarget, decodeTargetStateV2, TargetStateError, type TargetState } from '@device-supervisor/state';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { arbitraryOddApp, type OddApp } from './arbitrary-odd-app.ts';
import { startHarness, type DeviceHarness } from './device-harness.ts';

/** Of each source; both together are more than 10,000. */
const TARGETS = 5_200;
/** Targets that one device gets, one after the other. */
const TARGETS_OF_DEVICE = 50;
/** A healthy app that needs more timers than this waits for the odd one. */
const MOST_TIMERS = 12;
const IMAGES = { 'i:1': {}, 'i:2': {} };
const DEVICE = 'd0d0';
const HEALTHY = 1;

it("an odd app of a developer's target is refused with its path, or costs the app beside it nothing", async () => {
  const { accepted, refused } = await play({ managed: false, seed: 13, decode: decodeLocal });
  // A fuzz that is refused whole, or taken whole, would show nothing.
  expect(Math.min(accepted, refused)).toBeGreaterThan(TARGETS / 20);
});

it("an odd app of the cloud's target costs the app beside it nothing", async () => {
  const { accepted } = await play({ managed: true, seed: 31, decode: decodeCloud });
  expect(accepted).toBe(TARGETS);
});

interface Source {
  readonly managed: boolean;
  readonly seed: number;
  /** `null`: the target is refused as a whole. */
  readonly decode: (app: OddApp, version: string) => TargetState | null;
}

/** Gives devices one target after the other: each has a new release of the healthy app, and another odd one. */
async function play({
  managed,
  seed,
  decode,
}: Source): Promise<{ readonly accepted: number; readonly refused: number }> {
  const apps = fc.sample(arbitraryOddApp, { seed, numRuns: TARGETS });
  let accepted = 0;
  for (let first = 0; first < apps.length; first += TARGETS_OF_DEVICE) {
    await using harness = startHarness({ managed, images: IMAGES, wrapEngine: refuseSome });
    for (const [index, app] of apps.slice(first, first + TARGETS_OF_DEVICE).entries()) {
      const version = String(first + index);
      const target = decode(app, version);
      if (target === null) continue;
      accepted++;
      await harness.setTarget(target);
      await checkConvergence(harness, { version, app });
    }
  }
  return { accepted, refused: apps.length - accepted };
}

async function checkConvergence(
  harness: DeviceHarness,
  { version, app }: { readonly version: string; readonly app: OddApp },
): Promise<void> {
  const { device, clock } = harness;
  await harness.flush();
  for (let timers = 0; !isUpdated(harness, version); timers++) {
    if (timers > MOST_TIMERS || !clock.advanceToNext()) {
      const plan = formatPlan(await device.plan());
      throw new Error(`the healthy app does not get release ${version} beside ${JSON.stringify(app)}:\n${plan}`);
    }
    await harness.flush();
  }
  expect(device.state().apps.find(({ id }) => id === HEALTHY)).toMatchObject({
    commit: commitOf(version),
    services: [{ name: 'healthy', status: 'Running' }],
  });
  expect(formatPlan(await device.plan())).toBeTypeOf('string');
}

/** Whether the healthy app has one container, which runs and is of this version. */
function isUpdated({ engine }: DeviceHarness, version: string): boolean {
  const [container, ...others] = engine.snapshot().containers.filter(({ identity }) => identity?.appId === HEALTHY);
  if (container === undefined || others.length > 0) return false;
  return container.status === 'running' && container.config.environment['VERSION'] === version;
}

/** An engine that refuses every third container of the odd apps. */
function refuseSome(engine: InMemoryEngine): DeviceEngine {
  let containers = 0;
  return {
    ...engine,
    createContainer: async (container) => {
      const isOdd = container.config.environment['VERSION'] === undefined;
      if (isOdd && ++containers % 3 === 0)
        throw new EngineRequestError('POST /containers/create', 400, 'invalid argument');
      return await engine.createContainer(container);
    },
  };
}

function commitOf(version: string): string {
  return `r${version}`;
}

const healthyService = (version: string) => ({ image: 'i:1', environment: { VERSION: version }, labels: {} });

/** In the form of target state v2, in which one fault refuses the target as a whole. */
function decodeLocal({ key, document }: OddApp, version: string): TargetState | null {
  const service = { ...healthyService(version), imageId: 100, serviceName: 'healthy' };
  const healthy = { name: 'healthy', commit: commitOf(version), releaseId: 1, services: { 11: service } };
  const apps = Object.fromEntries([
    [String(HEALTHY), healthy],
    [key, document],
  ]);
  try {
    return decodeTargetStateV2({ local: { apps } });
  } catch (error) {
    if (!(error instanceof TargetStateError)) throw error;
    const strays = error.details.issues.filter(({ path }) => !/^local\.apps\.(?!1(?:\.|$))/.test(path));
    if (strays.length > 0) throw error;
    return null;
  }
}

/** In the form of target state v3, in which a fault costs its app alone. */
function decodeCloud({ key, document }: OddApp, version: string): TargetState {
  const service = { ...healthyService(version), id: 11, image_id: 100 };
  const release = { id: 1, services: { healthy: service } };
  const healthy = { id: HEALTHY, name: 'healthy', releases: { [commitOf(version)]: release } };
  const apps = Object.fromEntries([
    ['healthy', healthy],
    [`odd${key}`, asInCloud(key, document)],
  ]);
  const target = decodeCloudTarget({ [DEVICE]: { apps } }, DEVICE);
  expect(Object.keys(target.apps)).toContain('healthy');
  return target;
}

/** An app of target state v2 as target state v3 writes it, as far as its parts are what they are to be. */
function asInCloud(key: string, { name, commit, releaseId, services, ...parts }: OddApp['document']): object {
  const release = {
    id: releaseId,
    services: isMap(services)
      ? Object.fromEntries(Object.entries(services).map(([id, one]) => serviceInCloud(id, one)))
      : services,
    ...parts,
  };
  return { id: key, name, releases: Object.fromEntries([[String(commit), release]]) };
}

function serviceInCloud(id: string, service: unknown): readonly [string, unknown] {
  if (!isMap(service)) return [id, service];
  const { serviceName, imageId, image, running, environment, labels, contract, ...composition } = service;
  return [String(serviceName), { id, image_id: imageId, image, running, environment, labels, contract, composition }];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
