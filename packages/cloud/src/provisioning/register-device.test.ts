import { startCloudStub, type CloudFault, type CloudStub, type Fleet } from '@device-supervisor/testbed';
import { SupervisorError } from '@device-supervisor/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CloudAnswerInvalidError, CloudRefusedError, ProvisioningKeyMissingError } from '../errors.ts';
import { createCloudHttp, type CloudHttp } from '../http/cloud-http.ts';
import type { Identity, IdentityStore } from './identity.ts';
import { registerDevice } from './register-device.ts';

const UUID = 'a'.repeat(32);
const OTHER_UUID = 'b'.repeat(32);
const { signal } = new AbortController();

let stub: CloudStub;
let fleet: Fleet;
let http: CloudHttp;
/** Milliseconds. */
let timeout: number;
/** How often the cloud had the device before. */
let takenOver: number;

async function start(exchangesKeys: boolean): Promise<void> {
  stub = await startCloudStub({ exchangesKeys });
  fleet = stub.createFleet();
  timeout = 30_000;
  takenOver = 0;
  http = createCloudHttp({ endpoint: stub.endpoint, userAgent: 'test', timeout: () => timeout });
}

beforeEach(() => start(false));
afterEach(async () => {
  http[Symbol.dispose]();
  await stub[Symbol.asyncDispose]();
});

/** An identity in memory, and what happened to it. */
function identity(changes: Partial<Identity> = {}): IdentityStore & { current: Identity; readonly renewed: number } {
  let renewed = 0;
  const store = {
    current: {
      uuid: UUID,
      deviceApiKey: 'own-key',
      provisioningKey: fleet.provisioningKey,
      applicationId: fleet.id,
      deviceId: null,
      isRegistered: false,
      ...changes,
    },
    get renewed() {
      return renewed;
    },
    read: async () => store.current,
    async register({ deviceId, deviceApiKey }: { deviceId: number; deviceApiKey: string }) {
      store.current = { ...store.current, deviceId, deviceApiKey, provisioningKey: null, isRegistered: true };
    },
    async renew() {
      renewed++;
      store.current = { ...store.current, uuid: OTHER_UUID, deviceApiKey: 'other-key' };
      return store.current;
    },
  };
  return store;
}

async function register(store: IdentityStore, deviceType = 'generic-amd64'): Promise<Identity> {
  const described = { deviceType, supervisorVersion: '1.0.0', osVersion: 'OS 1', osVariant: 'prod', macAddress: 'AA' };
  const onTakenOver = (): void => void takenOver++;
  const dependencies = { http, identity: store, describe: async () => described, onTakenOver, now: () => 1_000 };
  return await registerDevice(dependencies, signal);
}

interface Refusal {
  readonly changes?: () => Partial<Identity>;
  readonly deviceType?: string;
  readonly status: number;
  readonly hint?: string;
}

const kinds = (): string[] => stub.take().map(({ kind }) => kind);

describe('a device that the cloud does not have', () => {
  it('is registered with its own key, once', async () => {
    const store = identity();
    const registered = await register(store);
    expect(registered).toMatchObject({
      uuid: UUID,
      deviceApiKey: 'own-key',
      provisioningKey: null,
      isRegistered: true,
    });
    expect(stub.device(UUID)).toMatchObject({ id: registered.deviceId, key: 'own-key', fleet });
    await register(store);
    expect(kinds()).toEqual(['register']);
  });

  const WHERE_TO_LOOK = 'Check apiKey and applicationId in config.json';
  it.each<[string, Refusal]>([
    ['the key', { changes: () => ({ provisioningKey: 'wrong' }), status: 401, hint: WHERE_TO_LOOK }],
    ['the fleet', { changes: () => ({ applicationId: 999_999 }), status: 401, hint: WHERE_TO_LOOK }],
    ['its type', { deviceType: 'x', status: 404, hint: 'Check that the cloud knows device type x' }],
    ['the uuid', { changes: () => ({ uuid: 'short' }), status: 400 }],
  ])('is refused for %s, and keeps what it has', async (_, { changes, deviceType, status, hint }) => {
    const store = identity(changes?.());
    const before = store.current;
    const failure: unknown = await register(store, deviceType).catch((reason: unknown) => reason);
    expect(failure).toBeInstanceOf(CloudRefusedError);
    expect(failure).toMatchObject({ details: { status }, hint });
    expect(store.current).toEqual(before);
    expect(stub.device(UUID)).toBeNull();
  });

  it('says what it lacks when it has no provisioning key', async () => {
    await expect(register(identity({ provisioningKey: null }))).rejects.toThrow(ProvisioningKeyMissingError);
    expect(stub.count()).toBe(0);
  });
});

describe('a device that the cloud has already', () => {
  it('is taken over with the key that it has there: the answer to its registration had been lost', async () => {
    const { id } = stub.createDevice(fleet, { uuid: UUID, key: 'own-key' });
    const store = identity();
    expect(await register(store)).toMatchObject({ uuid: UUID, deviceApiKey: 'own-key', deviceId: id });
    expect(store.renewed).toBe(0);
    expect(takenOver).toBe(1);
  });

  it('is given its new key by a cloud that exchanges keys', async () => {
    http[Symbol.dispose]();
    await stub[Symbol.asyncDispose]();
    await start(true);
    const device = stub.createDevice(fleet, { uuid: UUID, key: 'lost-key' });
    const store = identity();
    expect(await register(store)).toMatchObject({ uuid: UUID, deviceApiKey: 'own-key', deviceId: device.id });
    expect(device.key).toBe('own-key');
    expect(takenOver).toBe(1);
    expect(store.renewed).toBe(0);
    expect(kinds()).toEqual(['register', 'device', 'device', 'key-exchange']);
  });

  it('makes place for another one with a cloud that does not', async () => {
    stub.createDevice(fleet, { uuid: UUID, key: 'lost-key' });
    const store = identity();
    expect(await register(store)).toMatchObject({ uuid: OTHER_UUID, deviceApiKey: 'other-key', isRegistered: true });
    expect(store.renewed).toBe(1);
    expect(stub.device(OTHER_UUID)).not.toBeNull();
    expect(takenOver).toBe(0);
    expect(stub.device(UUID)?.key).toBe('lost-key');
  });

  it('is given up after some renewals when the cloud has every device', async () => {
    stub.createDevice(fleet, { uuid: UUID, key: 'lost-key' });
    stub.createDevice(fleet, { uuid: OTHER_UUID, key: 'lost-key-too' });
    const store = identity();
    await expect(register(store)).rejects.toThrow(CloudAnswerInvalidError);
    expect(store.renewed).toBe(1);
    expect(store.current.isRegistered).toBe(false);
  });

  it.each<[string, CloudFault]>([
    ['answers with 503', { kind: 'status', status: 503 }],
    ['hangs', { kind: 'hang' }],
    ['answers with garbage', { kind: 'garbage' }],
  ])('is not renewed only because the cloud %s when it is looked for', async (_, fault) => {
    stub.createDevice(fleet, { uuid: UUID, key: 'own-key' });
    stub.breakWith('device', fault);
    if (fault.kind === 'hang') timeout = 500;
    const store = identity();
    await expect(register(store)).rejects.toBeInstanceOf(SupervisorError);
    expect(store.renewed).toBe(0);
    stub.heal();
    timeout = 30_000;
    expect(await register(store)).toMatchObject({ uuid: UUID, isRegistered: true });
  });
});
