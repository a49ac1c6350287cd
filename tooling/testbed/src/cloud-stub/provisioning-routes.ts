import type { Hono } from 'hono';
import * as z from 'zod';
import { apiKeyRequired, readJson, sendHtml, sendJson, sendNothing } from './answers.ts';
import { callerOf } from './caller.ts';
import { DEVICE_TYPES, newKey, type World } from './world.ts';

const Registration = z.object({
  application: z.number(),
  uuid: z.string(),
  device_type: z.string(),
  api_key: z.string().min(1).optional(),
});
const KeyExchange = z.object({ apiKey: z.string().min(1) });

/** @param exchangesKeys whether a provisioning key gives a registered device another key, as on older servers */
export function provisioningRoutes(app: Hono, world: World, exchangesKeys: boolean): void {
  app.post('/device/register', async (c) => {
    const caller = callerOf(c, world);
    if (caller?.kind !== 'provisioning') return await apiKeyRequired(c);
    const { data: body } = Registration.safeParse(await readJson(c));
    if (body === undefined) return sendNothing(400);
    const { uuid, application, device_type: deviceType, api_key: key = newKey() } = body;
    if (!/^([0-9a-f]{32}|[0-9a-f]{62})$/.test(uuid)) {
      return await sendJson(c, 'Device UUID must be a 32 or 62 character long lower case hex string.', 400);
    }
    if (!DEVICE_TYPES.includes(deviceType)) return await sendJson(c, `Unknown device type ${deviceType}`, 404);
    if (application !== caller.fleet.id) return sendNothing(401);
    if (world.devices.has(uuid)) return await sendHtml(c, '"uuid" must be unique.', 409);
    const { id } = world.createDevice(caller.fleet, { uuid, key, deviceType });
    return await sendJson(c, { id, uuid, api_key: key }, 201);
  });

  app.post('/api-key/device/:id/device-key', async (c) => {
    const caller = callerOf(c, world);
    if (!exchangesKeys || caller?.kind !== 'provisioning') return sendNothing(401);
    const device = [...world.devices.values()].find(({ id }) => String(id) === c.req.param('id'));
    if (device === undefined || device.fleet !== caller.fleet) return sendNothing(404);
    const { data: body } = KeyExchange.safeParse(await readJson(c));
    if (body === undefined) return sendNothing(400);
    world.changeKey(device, body.apiKey);
    return await sendJson(c, body.apiKey);
  });
}
