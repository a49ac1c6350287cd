import type { Context } from 'hono';
import type { Fleet, StubDevice, World } from './world.ts';

/** Whose key a request has. */
export type Caller =
  | {
      readonly kind: 'device';
      readonly uuid: string;
      /** `null`: it was deleted. */ readonly device: StubDevice | null;
    }
  | { readonly kind: 'provisioning'; readonly fleet: Fleet }
  | { readonly kind: 'user' };

/** @returns `null`: no key, or an unknown one */
export function callerOf(c: Context, world: World): Caller | null {
  const header = c.req.header('authorization') ?? '';
  const key = c.req.query('apikey') ?? /^Bearer (.+)$/i.exec(header)?.[1];
  if (key === undefined) return null;
  if (key === world.userKey) return { kind: 'user' };
  const uuid = world.deviceKeys.get(key);
  if (uuid !== undefined) return { kind: 'device', uuid, device: world.devices.get(uuid) ?? null };
  const fleet = world.fleets.find(({ provisioningKey }) => provisioningKey === key);
  return fleet === undefined ? null : { kind: 'provisioning', fleet };
}

/** The device of a uuid, if the caller may act for it. */
export function ownDevice(caller: Caller, uuid: string, world: World): StubDevice | null {
  const device = world.devices.get(uuid) ?? null;
  if (caller.kind === 'user') return device;
  return caller.kind === 'device' && caller.uuid === uuid ? device : null;
}
