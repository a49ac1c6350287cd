import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { readJson, sendHtml, sendJson, sendNothing } from './answers.ts';
import { callerOf, type Caller } from './caller.ts';
import { parseKey, parseQuery, project, type Query } from './odata.ts';
import { REPORTED_FIELDS } from './state-routes.ts';
import type { StubDevice, World } from './world.ts';

const DeviceChange = z.strictObject({
  device_name: z.string().optional(),
  is_pinned_on__release: z.number().nullish(),
});
const ConfigVariable = z.object({ device: z.number(), name: z.string().regex(/^(BALENA|RESIN)_./), value: z.string() });
const Tags = z.record(z.string(), z.record(z.string(), z.string()));
/** Of every answer about resources. */
const NO_CACHE = { 'cache-control': 'no-cache' } as const;
const TAG_FIELDS: readonly string[] = ['id', 'device', 'tag_key', 'value'];
const TAG_FILTERS: readonly string[] = ['device', 'device/id', 'device/uuid'];
/** Fields of devices that are not reported by themselves. */
const OWN_FIELDS: readonly string[] = ['id', 'uuid', 'device_name', 'is_online', 'api_heartbeat_state'];
const DEVICE_FIELDS: readonly string[] = [...OWN_FIELDS, ...REPORTED_FIELDS];
/** The resources that devices are linked to, with their fields. */
const DEVICE_LINKS: ReadonlyMap<string, readonly string[]> = new Map([
  ['belongs_to__application', ['id', 'uuid']],
  ['is_running__release', ['id', 'commit']],
]);

export interface ResourceOptions {
  /** May the provisioning key see devices, as on older servers? */
  readonly exchangesKeys: boolean;
}

/** Devices, their variables and their tags, as resources of OData. */
export function resourceRoutes(app: Hono, world: World, { exchangesKeys }: ResourceOptions): void {
  /** Those that the caller may see; `null`: none at all. */
  function visible(caller: Caller | null): readonly StubDevice[] | null {
    if (caller === null) return null;
    const devices = [...world.devices.values()];
    if (caller.kind === 'user') return devices;
    if (caller.kind === 'device') return devices.filter(({ uuid }) => uuid === caller.uuid);
    return exchangesKeys ? devices.filter(({ fleet }) => fleet === caller.fleet) : null;
  }

  /** Devices of a path such as `device`, `device(15)` or `device(uuid='…')`. */
  function addressed(path: string, devices: readonly StubDevice[]): readonly StubDevice[] | null {
    if (path === 'device') return devices;
    const key = parseKey(/^device\((.*)\)$/.exec(path)?.[1] ?? '');
    return key === null ? null : devices.filter((device) => deviceRow(device)[key.field] === key.value);
  }

  app.get('/:version{v[67]}/device_tag', async (c) => {
    const devices = visible(callerOf(c, world));
    const query = parseQuery(new URL(c.req.url).search);
    if (devices === null) return sendNothing(401, NO_CACHE);
    if (query === null || !namesKnown(query, { select: TAG_FIELDS, filter: TAG_FILTERS })) return await malformed(c);
    const rows = devices
      .filter((device) => matches({ device: device.id, 'device/uuid': device.uuid, 'device/id': device.id }, query))
      .flatMap(({ id, tags }) =>
        [...tags.values()].map((tag) => ({ id: tag.id, device: { __id: id }, tag_key: tag.key, value: tag.value })),
      );
    return await rowsOf(c, rows, query);
  });

  app.post('/:version{v[67]}/device_config_variable', async (c) => {
    const devices = visible(callerOf(c, world)) ?? [];
    const { data: body } = ConfigVariable.safeParse(await readJson(c));
    if (body === undefined) return sendNothing(400, NO_CACHE);
    const device = devices.find(({ id }) => id === body.device);
    if (device === undefined) return sendNothing(401, NO_CACHE);
    if (device.config.has(body.name)) return await sendHtml(c, '"device" and "name" must be unique.', 409);
    device.config.set(body.name, body.value);
    return await sendJson(c, { id: world.nextId(), ...body, device: { __id: body.device } }, 201);
  });

  app.get('/:version{v[67]}/:entity{device.*}', async (c) => {
    const devices = visible(callerOf(c, world));
    if (devices === null) return sendNothing(401, NO_CACHE);
    const query = parseQuery(new URL(c.req.url).search);
    const found = addressed(c.req.param('entity'), devices);
    const known = { select: DEVICE_FIELDS, filter: DEVICE_FIELDS, links: DEVICE_LINKS };
    if (query === null || found === null || !namesKnown(query, known)) return await malformed(c);
    const rows = found.map((device) => deviceRow(device)).filter((row) => matches(row, query));
    return await rowsOf(c, rows, query);
  });

  app.patch('/:version{v[67]}/:entity{device.*}', async (c) => {
    const [device] = addressed(c.req.param('entity'), visible(callerOf(c, world)) ?? []) ?? [];
    if (device === undefined) return sendNothing(401, NO_CACHE);
    const { data: change } = DeviceChange.safeParse(await readJson(c));
    if (change === undefined) return sendNothing(400, NO_CACHE);
    const { device_name: name, is_pinned_on__release: pinned } = change;
    const release = device.fleet.releases.find(({ id }) => id === pinned) ?? null;
    if (typeof pinned === 'number' && release === null) return sendNothing(400, NO_CACHE);
    if (name !== undefined) device.name = name;
    if (pinned !== undefined) device.pinned = release;
    world.notify(device);
    return sendNothing(200, NO_CACHE);
  });

  app.delete('/:version{v[67]}/:entity{device.*}', (c) => {
    const caller = callerOf(c, world);
    const [device] = caller?.kind === 'user' ? (addressed(c.req.param('entity'), visible(caller) ?? []) ?? []) : [];
    if (device === undefined) return sendNothing(401, NO_CACHE);
    world.devices.delete(device.uuid);
    return sendNothing(200, NO_CACHE);
  });

  app.patch('/device/v3/tags', async (c) => {
    const caller = callerOf(c, world);
    const { data: body } = Tags.safeParse(await readJson(c));
    if (body === undefined) return sendNothing(400);
    for (const [uuid, changes] of Object.entries(body)) {
      const device = (visible(caller) ?? []).find((each) => each.uuid === uuid);
      if (device === undefined) return sendNothing(401);
      if (Object.keys(changes).length === 0) return await sendJson(c, 'No tags were sent to be updated.', 400);
      if (Object.keys(changes).some((key) => key === '' || key.startsWith('io.balena.'))) return sendNothing(400);
      for (const [key, value] of Object.entries(changes)) {
        device.tags.set(key, { id: device.tags.get(key)?.id ?? world.nextId(), key, value });
      }
    }
    return sendNothing(200);
  });
}

function deviceRow({ id, uuid, name, fleet, running, reported }: StubDevice): Readonly<Record<string, unknown>> {
  const release = fleet.releases.find(({ commit }) => commit === running);
  return {
    ...Object.fromEntries(reported),
    id,
    uuid,
    device_name: name,
    is_online: false,
    api_heartbeat_state: 'unknown',
    belongs_to__application: [{ id: fleet.id, uuid: fleet.uuid }],
    is_running__release: release === undefined ? [] : [{ id: release.id, commit: release.commit }],
  };
}

function matches(row: Readonly<Record<string, unknown>>, { filter }: Query): boolean {
  return filter.every(({ field, value }) => row[field] === value);
}

interface KnownNames {
  readonly select: readonly string[];
  readonly filter: readonly string[];
  /** With the fields of what is linked. */
  readonly links?: ReadonlyMap<string, readonly string[]>;
}

function namesKnown({ select, filter, expand }: Query, known: KnownNames): boolean {
  const areIn = (names: readonly string[] | null, all: readonly string[]): boolean =>
    names === null || names.every((name) => all.includes(name));
  return (
    areIn(select, known.select) &&
    filter.every(({ field }) => known.filter.includes(field)) &&
    expand.every((link) => {
      const fields = known.links?.get(link.name);
      return fields !== undefined && areIn(link.select, fields);
    })
  );
}

async function malformed(c: Context): Promise<Response> {
  const answer = await sendHtml(c, 'Malformed url', 400);
  for (const [name, value] of Object.entries(NO_CACHE)) answer.headers.set(name, value);
  return answer;
}

async function rowsOf(
  c: Context,
  rows: readonly Readonly<Record<string, unknown>>[],
  { select, expand }: Query,
): Promise<Response> {
  const d = rows.map((row) => {
    const expanded = expand.map(({ name, select: fields }): [string, unknown] => {
      const { data: linked } = Rows.safeParse(row[name]);
      return [name, linked?.map((each) => project(each, fields))];
    });
    return { ...Object.fromEntries(expanded), ...project(row, select) };
  });
  const answer = await sendJson(c, { d });
  for (const [name, value] of Object.entries(NO_CACHE)) answer.headers.set(name, value);
  return answer;
}

const Rows = z.array(z.record(z.string(), z.unknown()));
