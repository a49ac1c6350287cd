import {
  busyboxImage,
  startCloudFixture,
  startJournal,
  waitFor,
  type CloudFixture,
  type LogEntry,
  type TestJournal,
} from '@device-supervisor/testbed';
import { afterAll, beforeAll, expect, it } from 'vitest';

let stack: AsyncDisposableStack;
let journal: TestJournal;
let fixture: CloudFixture;

/** Lines that are written at once: at the start, and whenever they are asked for. */
const LINES = 100;
const COUNT = `n=0; more() { m=$((n+${LINES})); while [ $n -lt $m ]; do echo "line $n"; n=$((n+1)); done; }
trap more USR1; more; while true; do sleep 0.1; done`;
const MIXED = `echo fine; printf 'no text \\377\\376\\n' >&2; head -c 40000 /dev/zero | tr '\\0' x >&2; echo >&2; echo broken >&2; sleep 100000`;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  journal = stack.use(await startJournal());
  fixture = stack.use(await startCloudFixture({ engineSettings: { 'log-driver': 'journald' } }));
  for (const [name, program] of Object.entries({ count: COUNT, mixed: MIXED })) {
    const options = { cmd: ['sh', '-c', program], stopSignal: 'SIGKILL', labels: { image: name } };
    await busyboxImage(fixture.engine.endpoint, { tag: `journal/${name}:1`, ...options });
  }
});

afterAll(() => stack.disposeAsync());

function numbers(logs: readonly LogEntry[]): number[] {
  return logs.flatMap(({ message }) => /^line (\d+)$/.exec(message)?.[1] ?? []).map(Number);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** How often it continues with another number than the next one. */
function breaks(sequence: readonly number[]): number {
  return sequence.filter((number, index) => index > 0 && number !== (sequence[index - 1] ?? 0) + 1).length;
}

it('what services write to the journal arrives whole, in order, and again only what was not confirmed', async () => {
  const { cloud, docker } = fixture;
  const fleet = cloud.createFleet({ config: { RESIN_SUPERVISOR_POLL_INTERVAL: '1000' } });
  const device = cloud.createDevice(fleet);
  const { logs } = device;
  const release = cloud.createRelease(fleet, {
    commit: 'c1',
    services: {
      count: { image: 'journal/count:1' },
      mixed: { image: 'journal/mixed:1', environment: { BALENA_LOGS_LEVEL: 'err' }, composition: { tty: false } },
      terminal: { image: 'journal/mixed:1', environment: { BALENA_LOGS_LEVEL: 'err' } },
    },
  });
  const has = (text: string): boolean => logs.some(({ message }) => message === text);
  await using supervisor = await fixture.startDevice(device);
  const { count = '' } = await fixture.running(release);
  /** Has the next lines written, and waits until they are in the journal. */
  const write = async (last: number): Promise<void> => {
    await docker.getContainer(count).kill({ signal: 'SIGUSR1' });
    await waitFor(`line ${last} in the journal`, () => journal.read(`CONTAINER_ID_FULL=${count}`), {
      until: (lines) => lines.includes(`line ${last}`),
    });
  };

  await waitFor('the first lines', () => has(`line ${LINES - 1}`));
  await cloud.goAway();
  // Between two streams there is nothing that an outage could break: there must be lines to send.
  await write(2 * LINES - 1);
  await waitFor('the message about the outage', () => supervisor.output().includes('Failed to send logs to the cloud'));
  await cloud.comeBack();
  await waitFor('the lines of the outage', () => has(`line ${2 * LINES - 1}`));
  await supervisor.kill();
  await write(3 * LINES - 1);
  await supervisor.start();
  await waitFor('the lines after the kill', () => has(`line ${3 * LINES - 1}`));
  // Whole and in order; restarted at the last confirmed line, once after the outage and once after the kill.
  expect([...new Set(numbers(logs))]).toEqual(range(0, 3 * LINES));
  expect(breaks(numbers(logs))).toBeLessThanOrEqual(2);

  await journal.write({ MESSAGE: 'two\nlines', PRIORITY: '3', CONTAINER_ID_FULL: count });
  await waitFor('lines of all kinds', () => has('two\nlines') && has('broken'));
  expect(logs.find(({ message }) => message === 'two\nlines')).toMatchObject({ isStdErr: true, isSystem: false });
  expect(logs.find(({ message }) => message === 'no text \ufffd\ufffd')).toMatchObject({ isStdErr: true });
  expect(has('fine')).toBe(false);
  // The engine cuts it, and the protocol again.
  expect(new Set(logs.flatMap(({ message }) => (message.startsWith('xx') ? [message.length] : [])))).toEqual(
    new Set([10_000]),
  );
  expect(logs.filter(({ message }) => message.startsWith('xx')).length).toBe(
    logs.filter(({ message }) => message === 'broken').length,
  );
  const ids = new Map(logs.map(({ message, serviceId }) => [message, serviceId]));
  expect(logs).toContainEqual(
    expect.objectContaining({
      message: expect.stringMatching(/^Service 'terminal': environment.BALENA_LOGS_LEVEL err sends no line/),
    }),
  );
  expect(ids.get('line 1')).toBe(serviceIdOf('count'));
  expect(ids.get('broken')).toBe(serviceIdOf('mixed'));

  expect(await supervisor.terminate()).toBe(0);
  const before = logs.length;
  await write(4 * LINES - 1);
  await journal.vacuum();
  await write(5 * LINES - 1);
  await supervisor.start();
  await waitFor('what is still there', () => has(`line ${5 * LINES - 1}`));
  expect(await supervisor.terminate()).toBe(0);
  expect(numbers(logs.slice(before))).toEqual(range(4 * LINES, 5 * LINES));
  const notice = /^Messages of service 'count' between .* and .* may be missing: they are kept no longer$/;
  expect(logs.filter(({ message }) => notice.test(message))).toHaveLength(1);
  expect(supervisor.output()).not.toContain(device.key);

  function serviceIdOf(service: string): unknown {
    return release.services[service]?.id;
  }
});
