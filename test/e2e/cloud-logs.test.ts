import {
  busyboxImage,
  startCloudFixture,
  waitFor,
  type CloudFixture,
  type LogEntry,
  type StubDevice,
} from '@device-supervisor/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let fixture: CloudFixture;

/** Lines on one stream at most, and so the most that come twice after a broken connection or a kill. */
const REPEATED_AT_MOST = 20;
/** Counts at its own pace, then speaks when it is asked to. */
const COUNT = `trap 'echo asked' USR1
n=0; while [ $n -lt $LINES ]; do echo "$WORD $n"; n=$((n+1)); [ -z "$PAUSE" ] || sleep $PAUSE; done
while true; do sleep 100000 & wait; done`;
/** Writes as fast as it can for a while, and on stderr once. */
const NOISE = 'n=0; while [ $n -lt 50000 ]; do echo "noise $n"; n=$((n+1)); done; echo broken >&2; sleep 100000';

beforeAll(async () => {
  fixture = await startCloudFixture();
  for (const [name, program] of Object.entries({ count: COUNT, noise: NOISE })) {
    const options = { cmd: ['sh', '-c', program], stopSignal: 'SIGKILL', labels: { image: name } };
    await busyboxImage(fixture.engine.endpoint, { tag: `logs/${name}:1`, ...options });
  }
});

afterAll(() => fixture[Symbol.asyncDispose]());

interface Counter {
  readonly lines: number;
  /** Seconds between two lines; none when absent. */
  readonly pause?: number;
}

/** A device of the cloud that is to run services which count. */
function deviceThatCounts(
  counters: Readonly<Record<string, Counter>>,
  others: Readonly<Record<string, object>> = {},
): StubDevice {
  const { cloud } = fixture;
  const fleet = cloud.createFleet({ config: { RESIN_SUPERVISOR_POLL_INTERVAL: '1000' } });
  const device = cloud.createDevice(fleet);
  const services = Object.entries(counters).map(([word, { lines, pause }]) => {
    const environment = { WORD: word, LINES: `${lines}`, PAUSE: pause === undefined ? '' : `${pause}` };
    return [word, { image: 'logs/count:1', environment }];
  });
  cloud.createRelease(fleet, {
    commit: device.uuid.slice(0, 8),
    services: { ...Object.fromEntries(services), ...others },
  });
  return device;
}

function linesOf(logs: readonly LogEntry[], word: string): number[] {
  return logs.flatMap(({ message }) =>
    message.startsWith(`${word} `) ? [Number(message.slice(word.length + 1))] : [],
  );
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function suppressed({ logs }: StubDevice): string[] {
  return logs.flatMap(({ message }) => (message.startsWith('Suppressed') ? [message] : []));
}

/** How many lines the engine has of a service. */
async function written(service: string): Promise<number> {
  const { [service]: id = '' } = await fixture.containers();
  const log = await fixture.docker.getContainer(id).logs({ stdout: true, stderr: true });
  return log.toString().split('\n').length - 1;
}

async function signal(service: string): Promise<void> {
  const { [service]: id = '' } = await fixture.containers();
  await fixture.docker.getContainer(id).kill({ signal: 'SIGUSR1' });
}

describe('logs of a device of a cloud that stores 50 lines of a stream every half second', () => {
  it('arrive whole and once after a burst of 500 lines', async () => {
    const device = deviceThatCounts({ burst: { lines: 500 } });
    await using supervisor = await fixture.startDevice(device);
    await waitFor('the last line', () => linesOf(device.logs, 'burst').includes(499));
    expect(linesOf(device.logs, 'burst')).toEqual(upTo(500));
    expect(suppressed(device)).toEqual([]);
    expect(supervisor.output()).not.toContain('Fault');
  });

  // As many lines as in two minutes at ten lines per second, in less time: the backlog is the same.
  it('arrive whole and in order after an outage, and a quiet service does not wait for the others', async () => {
    const { cloud } = fixture;
    const total = 1_500;
    const device = deviceThatCounts({
      one: { lines: total, pause: 0.01 },
      two: { lines: total, pause: 0.01 },
      quiet: { lines: 0 },
    });
    const { logs } = device;
    const count = (): number => logs.filter(({ isSystem }) => !isSystem).length;
    await using supervisor = await fixture.startDevice(device);
    await waitFor('the first lines', () => linesOf(logs, 'one').length > 20);
    await cloud.goAway();
    const before = count();
    await waitFor('two minutes worth of lines', () => Promise.all(['one', 'two'].map(written)), {
      until: (lines) => lines.every((each) => each === total),
    });
    await cloud.comeBack();
    await waitFor('lines after the outage', () => count() > before);
    const asked = count();
    await signal('quiet');
    await waitFor('the quiet service', () => logs.some(({ message }) => message === 'asked'));
    // Two seconds at the pace of the upload, whatever the pace of this machine.
    expect(count() - asked).toBeLessThan(160 + REPEATED_AT_MOST);
    for (const word of ['one', 'two']) {
      await waitFor('the last lines', () => linesOf(logs, word).includes(total - 1));
      expect([...new Set(linesOf(logs, word))]).toEqual(upTo(total));
    }
    const twice = ['one', 'two'].map((word) => linesOf(logs, word).length - total);
    expect(Math.max(...twice)).toBeLessThanOrEqual(REPEATED_AT_MOST);
    expect(suppressed(device)).toEqual([]);
    expect(supervisor.output()).toContain('The cloud takes logs again');
  });

  it('arrive whole over kills while services write, and come twice by twenty lines at most', async () => {
    const total = 600;
    const device = deviceThatCounts({ one: { lines: total, pause: 0.05 }, two: { lines: total, pause: 0.05 } });
    const { logs } = device;
    await using supervisor = await fixture.startDevice(device);
    const kills = 3;
    for (let kill = 1; kill <= kills; kill++) {
      await waitFor('lines', () => linesOf(logs, 'one').length > kill * 100);
      await supervisor.kill();
      await supervisor.start();
    }
    for (const word of ['one', 'two']) {
      await waitFor('the last lines', () => linesOf(logs, word).includes(total - 1));
      expect([...new Set(linesOf(logs, word))]).toEqual(upTo(total));
    }
    const twice = linesOf(logs, 'one').length + linesOf(logs, 'two').length - 2 * total;
    expect(twice).toBeLessThanOrEqual(kills * REPEATED_AT_MOST);
    expect(suppressed(device)).toEqual([]);
  });

  it('arrive once over an orderly restart, and by the level of their service', async () => {
    const noise = { image: 'logs/noise:1', environment: { BALENA_LOGS_LEVEL: 'err' }, composition: { tty: false } };
    const device = deviceThatCounts({ count: { lines: 10 } }, { noise });
    const { logs } = device;
    await using supervisor = await fixture.startDevice(device);
    await waitFor('the lines', () => linesOf(logs, 'count').includes(9));
    await waitFor('the errors of the other', () => logs.some(({ message }) => message === 'broken'));
    expect(linesOf(logs, 'noise')).toEqual([]);
    expect(logs.find(({ message }) => message === 'broken')).toMatchObject({ isStdErr: true, isSystem: false });
    for (const words of ["Installing service 'count", "Started service 'count'"]) {
      expect(logs).toContainEqual(expect.objectContaining({ message: expect.stringContaining(words), isSystem: true }));
    }
    expect(await supervisor.terminate()).toBe(0);
    const before = logs.length;
    await signal('count');
    await supervisor.start();
    await waitFor('what was written meanwhile', () => logs.some(({ message }) => message === 'asked'));
    expect(await supervisor.terminate()).toBe(0);
    const after = logs.slice(before).filter(({ isSystem }) => !isSystem);
    expect(after.map(({ message }) => message)).toEqual(['asked']);
    expect(supervisor.output()).not.toContain('Fault');
    expect(supervisor.output()).not.toContain(device.key);
  });
});
