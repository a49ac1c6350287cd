import type { Hono } from 'hono';
import * as z from 'zod';
import { readJson, sendJson, sendNothing } from './answers.ts';
import { callerOf } from './caller.ts';
import type { World } from './world.ts';

const Call = z.object({
  uuid: z.string(),
  method: z.enum(['GET', 'POST', 'PATCH', 'DELETE', 'PUT']).default('POST'),
  data: z.unknown().optional(),
});

/** `POST /supervisor/<path>`: a person calls the API of a device through the cloud. */
export function deviceProxy(app: Hono, world: World): void {
  app.post('/supervisor/*', async (c) => {
    if (callerOf(c, world)?.kind !== 'user') return sendNothing(401);
    const { data: call } = Call.safeParse(await readJson(c));
    if (call === undefined) return sendNothing(400);
    const device = world.devices.get(call.uuid);
    const secret = device?.reported.get('api_secret');
    if (device === undefined || device.origin === null || typeof secret !== 'string') {
      return await sendJson(c, 'No online device(s) found', 404);
    }
    const path = c.req.path.slice('/supervisor'.length);
    const answer = await fetch(`${device.origin}${path}?apikey=${secret}`, {
      method: call.method,
      ...(call.data === undefined
        ? {}
        : {
            headers: { accept: 'application/json', 'content-type': 'application/json' },
            body: JSON.stringify(call.data),
          }),
    });
    const type = answer.headers.get('content-type');
    return new Response(answer.status === 204 ? null : await answer.arrayBuffer(), {
      status: answer.status,
      headers: type === null ? {} : { 'content-type': type },
    });
  });
}
