import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { DeviceReport } from './state-routes.ts';

/** The data of a cloud, in memory: fleets, their releases and devices. */
export interface Fleet {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  /** Registers devices. */
  readonly provisioningKey: string;
  readonly config: Map<string, string>;
  readonly environment: Map<string, string>;
  /** The newest one is the target of devices that are not pinned. */
  readonly releases: Release[];
}

export interface Release {
  readonly id: number;
  readonly commit: string;
  readonly fleet: Fleet;
  readonly services: Readonly<Record<string, ReleasedService>>;
  readonly networks?: Readonly<Record<string, unknown>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
}

export interface ReleaseDescription {
  readonly commit?: string;
  readonly services: Readonly<Record<string, ServiceDescription>>;
  readonly networks?: Readonly<Record<string, unknown>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
}

export interface ServiceDescription {
  /** e.g. `127.0.0.1:5000/v2/web@sha256:…`. */
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly contract?: unknown;
  readonly composition?: Readonly<Record<string, unknown>>;
}

export interface ReleasedService extends ServiceDescription {
  /** The same in each release of the fleet. */
  readonly id: number;
  readonly imageId: number;
}

export interface LogEntry {
  readonly createdAt: number;
  readonly timestamp: number;
  readonly isSystem: boolean;
  readonly isStdErr: boolean;
  readonly serviceId?: number;
  readonly message: string;
}

export interface Tag {
  readonly id: number;
  readonly key: string;
  value: string;
}

export interface StubDevice {
  readonly id: number;
  readonly uuid: string;
  key: string;
  name: string;
  readonly deviceType: string;
  fleet: Fleet;
  pinned: Release | null;
  readonly config: Map<string, string>;
  readonly environment: Map<string, string>;
  readonly tags: Map<string, Tag>;
  /** Its reports, in order: the part below its uuid. */
  readonly reports: DeviceReport[];
  /** Fields of the device of all reports together. */
  readonly reported: Map<string, unknown>;
  /** Commit that it said it runs. */
  running: string | null;
  /** Its last report of each release, by commit. */
  readonly updateStatuses: Map<string, string>;
  /** In the order in which they arrived. */
  readonly logs: LogEntry[];
  /** Sent in the place of the real one. */
  target: unknown;
  /** Where its API is reached, as through the VPN. */
  origin: string | null;
}

export const DEVICE_TYPES: readonly string[] = ['generic-amd64', 'raspberrypi4-64'];

/** Milliseconds between a change and the call that tells the device of it. */
const NOTICE = 15;

export class World {
  readonly fleets: Fleet[] = [];
  readonly devices = new Map<string, StubDevice>();
  /** Uuid by key; a deleted device's key is still known. */
  readonly deviceKeys = new Map<string, string>();
  /** Of a person who may do everything. */
  readonly userKey: string = newKey();
  readonly #serviceIds = new Map<string, number>();
  #lastId = 0;

  nextId(): number {
    return ++this.#lastId;
  }

  createFleet({ name = 'fleet', config = {} }: { name?: string; config?: Readonly<Record<string, string>> }): Fleet {
    const id = this.nextId();
    const fleet: Fleet = {
      id,
      uuid: newKey(),
      name,
      provisioningKey: newKey(),
      config: new Map(Object.entries(config)),
      environment: new Map(),
      releases: [],
    };
    this.fleets.push(fleet);
    return fleet;
  }

  createRelease(fleet: Fleet, description: ReleaseDescription): Release {
    const { commit = randomBytes(20).toString('hex'), services, ...rest } = description;
    const release: Release = {
      ...rest,
      id: this.nextId(),
      commit,
      fleet,
      services: Object.fromEntries(
        Object.entries(services).map(([name, service]) => [
          name,
          { ...service, id: this.#serviceId(fleet, name), imageId: this.nextId() },
        ]),
      ),
    };
    fleet.releases.push(release);
    for (const device of this.devices.values()) if (device.fleet === fleet) this.notify(device);
    return release;
  }

  createDevice(
    fleet: Fleet,
    { uuid = newKey(), key = newKey(), deviceType = 'generic-amd64' }: DeviceDescription = {},
  ): StubDevice {
    const id = this.nextId();
    const device: StubDevice = {
      id,
      uuid,
      key,
      name: `device-${id}`,
      deviceType,
      fleet,
      pinned: null,
      config: new Map(),
      environment: new Map(),
      tags: new Map(),
      reports: [],
      reported: new Map(),
      running: null,
      updateStatuses: new Map(),
      logs: [],
      target: undefined,
      origin: null,
    };
    this.devices.set(uuid, device);
    this.deviceKeys.set(key, uuid);
    return device;
  }

  changeKey(device: StubDevice, key: string): void {
    this.deviceKeys.delete(device.key);
    device.key = key;
    this.deviceKeys.set(key, device.uuid);
  }

  /** Notifies the device of a change, as the real cloud does: without a body, and without waiting for the answer. */
  notify({ origin, reported }: StubDevice): void {
    const secret = reported.get('api_secret');
    if (origin === null || typeof secret !== 'string') return;
    delay(NOTICE)
      .then(() => fetch(`${origin}/v1/update?apikey=${secret}`, { method: 'POST' }))
      .catch(() => {
        // It is away; its next poll brings the news.
      });
  }

  #serviceId(fleet: Fleet, name: string): number {
    const key = `${fleet.id}/${name}`;
    const id = this.#serviceIds.get(key) ?? this.nextId();
    this.#serviceIds.set(key, id);
    return id;
  }
}

interface DeviceDescription {
  readonly uuid?: string;
  readonly key?: string;
  readonly deviceType?: string;
}

export function newKey(): string {
  return randomBytes(16).toString('hex');
}
