import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { Message, Variant } from 'dbus-next';
import { createSystemd, type UnitState } from '@device-supervisor/systemd';
import { expect, it } from 'vitest';
import { createStandInBus, type StandInBus } from './stand-in-bus.ts';

const ROUNDS = 300;
/** Milliseconds: some damage only shows by silence. */
const TIMEOUT = 40;

const KNOWN_ENDS = ['answered', 'BUS_CALL_FAILED', 'BUS_UNAVAILABLE', 'CALL_TIMED_OUT'];

it('whatever is damaged on its way, a call ends with an answer or an error of ours', async () => {
  await using bus = await createStandInBus();
  await bus.start();
  await bus.serve('org.freedesktop.systemd1', answer);
  await using damaging = await damageMessages(bus, createRandom(1));
  const ends = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    await using systemd = createSystemd({ busAddress: `unix:path=${damaging.socket}`, callTimeout: TIMEOUT });
    const [end] = await Promise.allSettled([systemd.units.state('a.service')]);
    const code = codeOf(end);
    ends.set(code, (ends.get(code) ?? 0) + 1);
  }
  expect(KNOWN_ENDS).toEqual(expect.arrayContaining([...ends.keys()]));
  expect(ends.size).toBeGreaterThan(1);
});

function codeOf(end: PromiseSettledResult<UnitState>): string {
  if (end.status === 'fulfilled') return 'answered';
  const reason: unknown = end.reason;
  return reason instanceof Error && 'code' in reason ? String(reason.code) : String(reason);
}

/** A unit with properties of many types. */
function answer(call: Message): Message {
  if (call.member === 'LoadUnit') return Message.newMethodReturn(call, 'o', ['/org/freedesktop/systemd1/unit/a']);
  const properties = {
    LoadState: new Variant('s', 'loaded'),
    ActiveState: new Variant('s', 'active'),
    SubState: new Variant('s', 'running'),
    PartOf: new Variant('as', ['a.target']),
    InvocationID: new Variant('ay', Buffer.alloc(16, 7)),
    Conditions: new Variant('a(sbbst)', [['ConditionPathExists', false, false, '/', 5n]]),
  };
  return Message.newMethodReturn(call, 'a{sv}', [properties]);
}

/** A way to the bus on which up to three bytes of each message are changed, after the greeting. */
async function damageMessages(
  bus: StandInBus,
  random: () => number,
): Promise<AsyncDisposable & { readonly socket: string }> {
  const socket = `${bus.socket}-damaging`;
  const server = createServer((client) => {
    const upstream = connect(bus.socket);
    for (const end of [client, upstream]) end.on('error', () => undefined);
    client.pipe(upstream);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    let isGreeted = false;
    upstream.on('data', (bytes) => {
      for (let left = isGreeted ? Math.floor(random() * 4) : 0; left > 0; left--) {
        bytes[Math.floor(random() * bytes.length)] = random() < 0.5 ? 0xff : Math.floor(random() * 256);
      }
      isGreeted = true;
      client.write(bytes);
    });
  }).listen(socket);
  await once(server, 'listening');
  return {
    socket,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}

/** Numbers from 0 to 1, the same for the same seed. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 0x7fffffff;
    return state / 0x7fffffff;
  };
}
