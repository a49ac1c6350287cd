import { PassThrough, pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { setTimeout as delay } from 'node:timers/promises';
import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { apiKeyRequired, readJson, sendHtml, sendJson, sendNothing } from './answers.ts';
import { callerOf, ownDevice } from './caller.ts';
import { openLogWindow } from './log-window.ts';
import type { LogEntry, StubDevice, World } from './world.ts';

const Message = z.object({
  message: z.string(),
  timestamp: z.number(),
  isSystem: z.boolean().default(false),
  isStdErr: z.boolean().default(false),
  serviceId: z.number().optional(),
});

/** Batches that are taken in a window of so many milliseconds. */
const BATCHES = 15;
const WINDOW = 10_000;
/** Characters; the server cuts longer messages. */
const LONGEST_MESSAGE = 10_000;
/** Milliseconds after which a device that is not there is refused. */
const REFUSAL_DELAY = 1_500;

export function logRoutes(app: Hono, world: World): void {
  const batches = new Map<string, number[]>();

  app.post('/device/v2/:uuid/log-stream', async (c) => {
    const caller = callerOf(c, world);
    if (caller === null) return await apiKeyRequired(c);
    const device = ownDevice(caller, c.req.param('uuid'), world);
    if (device === null) {
      await delay(REFUSAL_DELAY);
      return sendNothing(401);
    }
    if (c.req.header('content-type') !== 'application/x-ndjson') {
      return await sendJson(c, 'Streaming requests require Content-Type application/x-ndjson', 415);
    }
    const window = openLogWindow(device.logs);
    try {
      for await (const line of linesOf(c)) {
        const message = parseMessage(line);
        if (message === null) return await sendHtml(c, `Could not parse row ${line.slice(0, 80)}...`, 400);
        window.push(message);
      }
    } finally {
      window.end();
    }
    return sendNothing(201);
  });

  app.post('/device/v2/:uuid/logs', async (c) => {
    const caller = callerOf(c, world);
    if (caller === null) return await apiKeyRequired(c);
    const device = ownDevice(caller, c.req.param('uuid'), world);
    if (device === null) return sendNothing(401);
    if (isTooMuch(device)) {
      const answer = await sendJson(c, 'Too Many Requests', 429);
      answer.headers.set('retry-after', String(WINDOW / 1000));
      return answer;
    }
    const { data: messages } = z.array(Message).safeParse(await readJson(c));
    if (messages === undefined) return sendNothing(400);
    for (const message of messages) device.logs.push(entry(message));
    return sendNothing(201);
  });

  app.get('/device/v2/:uuid/logs', async (c) => {
    const caller = callerOf(c, world);
    const device = caller === null ? null : ownDevice(caller, c.req.param('uuid'), world);
    return device === null ? sendNothing(401) : await sendJson(c, device.logs);
  });

  function isTooMuch({ uuid }: StubDevice): boolean {
    const now = Date.now();
    const recent = (batches.get(uuid) ?? []).filter((at) => at > now - WINDOW);
    batches.set(uuid, [...recent, now]);
    return recent.length >= BATCHES;
  }
}

/** Lines as they come; what was compressed and flushed is there at once. Ends where the client breaks off. */
async function* linesOf(c: Context): AsyncGenerator<string> {
  const { body } = c.req.raw;
  if (body === null) return;
  const plain = c.req.header('content-encoding') === 'gzip' ? createGunzip() : new PassThrough();
  // Errors surface at the reader of `plain`.
  pipeline(Readable.fromWeb(body), plain, () => undefined);
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const chunk of plain) {
      const lines = (rest + decoder.decode(Buffer.from(chunk), { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines.filter((line) => line !== '');
    }
  } catch {
    return;
  }
  if (rest !== '') yield rest;
}

function parseMessage(line: string): LogEntry | null {
  try {
    return entry(Message.parse(JSON.parse(line)));
  } catch {
    return null;
  }
}

function entry({ serviceId, message, ...rest }: z.infer<typeof Message>): LogEntry {
  const service = serviceId === undefined ? {} : { serviceId };
  return { createdAt: Date.now(), message: message.slice(0, LONGEST_MESSAGE), ...rest, ...service };
}
