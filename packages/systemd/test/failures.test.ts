import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Message, sessionBus } from 'dbus-next';
import { createSystemd, type Systemd } from '@device-supervisor/systemd';
import { heapUsed } from '@device-supervisor/testbed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStandInBus, MAX_CONNECTIONS, type StandInBus } from './stand-in-bus.ts';

const LOGIN = 'org.freedesktop.login1';
const HOSTNAME = 'org.freedesktop.hostname1';
const done = (call: Message): Message => Message.newMethodReturn(call);
const never = (): null => null;

/** Short: most tests wait for it to pass. */
const TIMEOUT = 300;

let bus: StandInBus;
let systemd: Systemd;

beforeEach(async () => {
  bus = await createStandInBus();
  systemd = createSystemd({ busAddress: bus.address, callTimeout: TIMEOUT, jobTimeout: TIMEOUT });
});

afterEach(async () => {
  await systemd[Symbol.asyncDispose]();
  await bus[Symbol.asyncDispose]();
});

describe('a bus', () => {
  it('that is not there yet fails the call, and serves the next one when it is', async () => {
    await expect(systemd.power.reboot()).rejects.toMatchObject({
      code: 'BUS_UNAVAILABLE',
      details: { address: bus.address },
      cause: { code: 'ENOENT' },
    });
    await bus.start();
    await bus.serve(LOGIN, done);
    await systemd.power.reboot();
  });

  it('that ends fails the calls under way at once, and only those', async () => {
    await bus.start();
    await bus.serve(LOGIN, never);
    await using patient = createSystemd({ busAddress: bus.address, callTimeout: 60_000 });
    const calls = Promise.allSettled([patient.power.reboot(), patient.power.powerOff()]);
    await bus.kill();
    for (const call of await calls) expect(call).toMatchObject({ reason: { code: 'BUS_UNAVAILABLE' } });
    await bus.start();
    await bus.serve(LOGIN, done);
    await patient.power.reboot();
  });

  it('that hangs fails calls after their time, and serves again when it goes on', async () => {
    await bus.start();
    await bus.serve(LOGIN, done);
    await systemd.power.reboot();
    bus.hold();
    await expect(systemd.power.reboot()).rejects.toMatchObject({
      code: 'CALL_TIMED_OUT',
      details: { call: 'org.freedesktop.login1 Reboot', timeout: TIMEOUT },
    });
    // Over a new connection, which is not accepted.
    await expect(systemd.power.reboot()).rejects.toMatchObject({ code: 'BUS_UNAVAILABLE' });
    bus.release();
    await systemd.power.reboot();
  });

  it('that accepts no connections fails the call, and nothing else', async () => {
    await bus.start();
    const others = Array.from({ length: MAX_CONNECTIONS }, () => sessionBus({ busAddress: bus.address }));
    await Promise.all(
      others.map((other) =>
        once(
          other.on('error', () => undefined),
          'connect',
        ),
      ),
    );
    await expect(systemd.power.reboot()).rejects.toMatchObject({ code: 'BUS_UNAVAILABLE' });
    for (const other of others) other.disconnect();
    await bus.kill();
    await bus.start();
    await bus.serve(LOGIN, done);
    await systemd.power.reboot();
  });
});

describe('a service', () => {
  it('that is silent does not delay other calls', async () => {
    await bus.start();
    await bus.serve(LOGIN, never);
    await bus.serve(HOSTNAME, done);
    const silent = Promise.allSettled([systemd.power.reboot()]);
    await systemd.hostName.set('kitchen');
    expect(await silent).toMatchObject([{ reason: { code: 'CALL_TIMED_OUT' } }]);
    await systemd.hostName.set('hall');
  });

  it('that is not there is named', async () => {
    await bus.start();
    await expect(systemd.hostName.get()).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      details: { service: HOSTNAME },
    });
  });

  it('that goes away while it has the call is named', async () => {
    await bus.start();
    const service = await bus.serve(LOGIN, () => {
      service.disconnect();
      return null;
    });
    await expect(systemd.power.reboot()).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      details: { errorName: 'org.freedesktop.DBus.Error.NoReply' },
    });
  });

  it.each([
    ['org.freedesktop.DBus.Error.AccessDenied', 'ACCESS_DENIED'],
    ['org.freedesktop.DBus.Error.InteractiveAuthorizationRequired', 'ACCESS_DENIED'],
    ['org.freedesktop.login1.OperationInProgress', 'HOST_GOING_DOWN'],
    ['org.freedesktop.DBus.Error.NoReply', 'SERVICE_UNAVAILABLE'],
    ['org.example.Other', 'BUS_CALL_FAILED'],
  ])('that answers %s gives %s', async (errorName, code) => {
    await bus.start();
    await bus.serve(LOGIN, (call) => errorAnswer(call, errorName, 'the reason'));
    await expect(systemd.power.reboot()).rejects.toMatchObject({
      code,
      message: expect.stringContaining('the reason'),
    });
  });

  it('that answers something else than it should gives empty values', async () => {
    await bus.start();
    await bus.serve(HOSTNAME, (call) => Message.newMethodReturn(call, 's', ['nonsense']));
    expect(await systemd.hostName.get()).toEqual({ current: '', static: '' });
  });
});

it.each(['no', 'challenge', 'na'])(
  'a host that answers %s to the question whether it would go down refuses',
  async (answer) => {
    await bus.start();
    await bus.serve(LOGIN, (call) => Message.newMethodReturn(call, 's', [answer]));
    await expect(systemd.power.check('reboot')).rejects.toMatchObject({ code: 'POWER_REFUSED', details: { answer } });
  },
);

it('a job of a unit that never ends fails after its time', async () => {
  await bus.start();
  await bus.serve('org.freedesktop.systemd1', (call) =>
    call.member === 'StopUnit' ? Message.newMethodReturn(call, 'o', ['/job/1']) : done(call),
  );
  await expect(systemd.units.stop('slow.service')).rejects.toMatchObject({
    code: 'CALL_TIMED_OUT',
    details: { call: 'StopUnit slow.service', timeout: TIMEOUT },
  });
});

it('disposing ends calls under way, and refuses others', async () => {
  await bus.start();
  const called = Promise.withResolvers<void>();
  await bus.serve(LOGIN, () => {
    called.resolve();
    return null;
  });
  const call = Promise.allSettled([systemd.power.reboot()]);
  await called.promise;
  await systemd[Symbol.asyncDispose]();
  expect(await call).toMatchObject([{ reason: { code: 'SYSTEMD_CLOSED' } }]);
  await expect(systemd.power.reboot()).rejects.toMatchObject({ code: 'SYSTEMD_CLOSED' });
});

it('10,000 calls take one connection and leave nothing in memory', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  await using patient = createSystemd({ busAddress: bus.address });
  await bus.start();
  const senders = new Set<string>();
  await bus.serve(LOGIN, (call) => {
    senders.add(call.sender);
    return done(call);
  });
  const callMany = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 50) await Promise.all(Array.from({ length: 50 }, () => patient.power.reboot()));
  };
  await callMany(1000);
  const before = heapUsed();
  await callMany(10_000);
  expect(heapUsed() - before).toBeLessThan(1_000_000);
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
  expect(senders.size).toBe(1);
});

describe('bytes that are no messages', () => {
  const OK = 'OK 0123456789abcdef0123456789abcdef\r\n';
  const header = (fields: number, body: number): Buffer => {
    const bytes = Buffer.alloc(16);
    bytes.write('l');
    bytes.set([2, 0, 1], 1);
    bytes.writeUInt32LE(body, 4);
    bytes.writeUInt32LE(fields, 12);
    return bytes;
  };

  it.each<[string, string, (Buffer | string)[]]>([
    ['instead of the greeting', 'nonsense\r\n', []],
    ['without an end instead of the greeting', 'n'.repeat(100_000), []],
    ['as a refusal', 'REJECTED EXTERNAL\r\n', []],
    ['after the greeting', OK, [Buffer.alloc(4096, 0xff)]],
    ['as header fields', OK, [header(64, 0), Buffer.alloc(64, 0xee)]],
    ['as header fields that are empty', OK, [header(64, 0), Buffer.alloc(64)]],
    ['as a body that never comes', OK, [header(8, 0x7fffffff)]],
  ])('%s fail the call', async (_, greeting, then) => {
    await using garbage = await serveBytes(bus.socket, greeting, then);
    expect(garbage).toBeDefined();
    await expect(systemd.power.reboot()).rejects.toMatchObject({ code: 'BUS_UNAVAILABLE' });
  });
});

/** What `Message.newError` makes; its type asks for a text in place of the call. */
function errorAnswer(...parameters: readonly [call: Message, errorName: string, text: string]): Message {
  const answer: unknown = Reflect.apply(Message.newError, Message, parameters);
  if (!(answer instanceof Message)) throw new TypeError('no message');
  return answer;
}

/** Sends the greeting to each client that connects, and the rest after the client's own. */
async function serveBytes(
  socket: string,
  greeting: string,
  then: readonly (Buffer | string)[],
): Promise<AsyncDisposable> {
  const connections = new Set<Socket>();
  const server: Server = createServer((connection) => {
    connections.add(connection);
    connection.on('error', () => undefined);
    connection.once('data', () => {
      connection.write(greeting);
      connection.once('data', () => then.forEach((bytes) => connection.write(bytes)));
    });
  }).listen(socket);
  await once(server, 'listening');
  return {
    async [Symbol.asyncDispose]() {
      for (const connection of connections) connection.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
