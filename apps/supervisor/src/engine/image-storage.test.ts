import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lookupLocalNames } from '@device-supervisor/cloud';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageStorage, type ImageStorageOptions } from './image-storage.ts';
import { TEST_ENGINE_INFO } from './test-engine-info.ts';

let rootMount: string;
let said: string[];
let questions: number;

beforeEach(async () => {
  rootMount = await mkdtemp(join(tmpdir(), 'image-storage-'));
  said = [];
  questions = 0;
});

afterEach(() => rm(rootMount, { recursive: true }));

function options(engineEndpoint = 'unix:///run/engine.sock'): ImageStorageOptions {
  return {
    engineEndpoint,
    rootMount,
    credentials: { find: async () => null },
    access: { lookup: lookupLocalNames },
    print: (message) => void said.push(message),
    engine: {
      async info() {
        questions++;
        const registries = { insecureHosts: [], insecureRanges: ['127.0.0.0/8'], mirrors: [] };
        return { ...TEST_ENGINE_INFO, registries };
      },
    },
  };
}

describe('imageStorage', () => {
  it("tells the room on the engine's disk, and asks the engine once where that is", async () => {
    await mkdir(join(rootMount, 'var/lib/engine/image'), { recursive: true });
    const storage = imageStorage(options());
    const space = await storage.space();
    expect(space?.total).toBeGreaterThan(0);
    expect(space?.free).toBeGreaterThan(0);
    expect(space?.free).toBeLessThanOrEqual(space?.total ?? 0);
    await storage.space();
    expect(questions).toBe(1);
  });

  it('does not take another directory for it', async () => {
    expect(await imageStorage(options()).space()).toBeNull();
    // A mount point that the engine's disk is not mounted on in our view of the host.
    await mkdir(join(rootMount, 'var/lib/engine'), { recursive: true });
    expect(await imageStorage(options()).space()).toBeNull();
  });

  it('does not take our disk for that of an engine on another machine', async () => {
    await mkdir(join(rootMount, 'var/lib/engine/image'), { recursive: true });
    expect(await imageStorage(options('tcp://192.0.2.1:2375')).space()).toBeNull();
  });

  it('says once why a size is not known', async () => {
    const storage = imageStorage(options());
    const reference = '127.0.0.1:1/web:1';
    expect(await storage.sizeOf(reference)).toBeNull();
    expect(await storage.sizeOf(reference)).toBeNull();
    expect(said).toEqual([
      expect.stringContaining(`The size of image '${reference}' is not known: registry 127.0.0.1:1`),
    ]);
  });
});
