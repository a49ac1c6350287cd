import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openConfigJson } from '@device-supervisor/config-json';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepIdentity, type KeptIdentity } from './keep-identity.ts';

const UUID = 'a'.repeat(32);

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'identity-'));
  path = join(directory, 'config.json');
});
afterEach(() => rm(directory, { recursive: true }));

async function keep(config: object): Promise<KeptIdentity> {
  await writeFile(path, JSON.stringify(config));
  return await keepIdentity(openConfigJson({ path }), () => undefined);
}

async function written(): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}

describe('the identity of a device', () => {
  const NEW = { uuid: UUID, deviceApiKey: 'old', apiKey: 'of-the-fleet', applicationId: 7, hostname: 'kitchen' };

  it('has the key of the fleet until the device is registered', async () => {
    const identity = await keep(NEW);
    expect(await identity.read()).toEqual({
      uuid: UUID,
      deviceApiKey: 'old',
      provisioningKey: 'of-the-fleet',
      applicationId: 7,
      deviceId: null,
      isRegistered: false,
    });
    await identity.register({ deviceId: 15, deviceApiKey: 'given', at: 1000 });
    expect(await written()).toEqual({
      uuid: UUID,
      deviceApiKey: 'given',
      applicationId: 7,
      hostname: 'kitchen',
      deviceId: 15,
      registered_at: 1000,
    });
    expect(await identity.read()).toMatchObject({ deviceApiKey: 'given', provisioningKey: null, isRegistered: true });
    expect(identity.current).toMatchObject({ deviceApiKey: 'given' });
  });

  it('is another one, name and key, when it is renewed; the rest of the file stays', async () => {
    const identity = await keep(NEW);
    const renewed = await identity.renew();
    expect(renewed.uuid).toMatch(/^[0-9a-f]{32}$/);
    expect(renewed.uuid).not.toBe(UUID);
    expect(renewed.deviceApiKey).not.toBe('old');
    expect(identity.current).toMatchObject({ uuid: renewed.uuid, deviceApiKey: renewed.deviceApiKey });
    const { uuid, deviceApiKey } = renewed;
    expect(await written()).toEqual({ ...NEW, uuid, deviceApiKey });
  });

  it('follows a new key in config.json', async () => {
    const identity = await keep(NEW);
    await writeFile(path, JSON.stringify({ ...NEW, deviceApiKey: 'rotated' }));
    expect(await identity.read()).toMatchObject({ deviceApiKey: 'rotated' });
    expect(identity.current.deviceApiKey).toBe('rotated');
  });

  it('is that of a new device where the host writes that it was registered at 0', async () => {
    const identity = await keep({ ...NEW, registered_at: 0 });
    expect(await identity.read()).toMatchObject({ isRegistered: false });
  });
});
