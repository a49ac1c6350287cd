import {
  busyboxImage,
  startCloudFixture,
  waitFor,
  type CloudFixture,
  type LogEntry,
  type StubDevice,
} from '@device-supervisor/testbed';
import { setTimeout as delay } from 'node:timers/promises';

export interface LogFigures {
  /** Lines that services wrote. */
  readonly written: number;
  /** Of them, those that the cloud never got. */
  readonly lost: number;
  /** Lines that it got again. */
  readonly repeated: number;
  /** Lines in another order than the service wrote them, repetitions aside. */
  readonly outOfOrder: number;
  /** Notices of the cloud that it dropped lines. */
  readonly suppressed: number;
  /** Seconds from the end of the trouble until the cloud had every line. */
  readonly caughtUpAfter: number;
  /** Seconds from a line of a quiet service to its arrival, each line of which is the newest; sorted. */
  readonly quietDelays: readonly number[];
}

export interface LogOptions {
  /** Seconds without a cloud. */
  readonly outage: number;
}

const NOISY = ['one', 'two'];
const PER_SECOND = 10;
const BURST = 500;
const KILLS = 10;
/** Milliseconds between two lines of the quiet service. */
const QUIET_PAUSE = 2_000;

/** Counts lines with a pause between two of them, and writes one whenever it is asked to. */
const COUNT = `n=0; trap 'echo "$WORD asked"' USR1
while [ $n -lt $LINES ]; do echo "$WORD $n"; n=$((n+1)); [ -z "$PAUSE" ] || sleep $PAUSE; done
while true; do sleep 0.05; done`;

/** Writes logs on a real engine, and looks at what the cloud of the test bed has of them, with its limit of lines. */
export async function measureLogs({ outage }: LogOptions): Promise<Record<string, LogFigures>> {
  await using fixture = await startCloudFixture();
  const program = { cmd: ['sh', '-c', COUNT], stopSignal: 'SIGKILL' };
  await busyboxImage(fixture.engine.endpoint, { tag: 'bench/count:1', ...program });
  return {
    [`a burst of ${BURST} lines`]: await afterBurst(fixture),
    [`an outage of ${outage} s, ${PER_SECOND} lines per second and service`]: await afterOutage(fixture, outage),
    [`${KILLS} times kill -9, ${PER_SECOND} lines per second and service`]: await afterKills(fixture),
  };
}

async function afterBurst(fixture: CloudFixture): Promise<LogFigures> {
  const device = deviceWith(fixture, { burst: { lines: BURST } });
  await using _supervisor = await fixture.startDevice(device);
  await waitFor('the first line', () => linesOf(device.logs, 'burst').length > 0);
  return await figures(device, { burst: BURST }, { since: performance.now(), quietDelays: [] });
}

async function afterOutage(fixture: CloudFixture, seconds: number): Promise<LogFigures> {
  const { cloud } = fixture;
  // Services continue for as long after the outage.
  const total = 2 * PER_SECOND * seconds;
  const counters = NOISY.map((word) => [word, { lines: total, pause: 1 / PER_SECOND }] as const);
  const device = deviceWith(fixture, { ...Object.fromEntries(counters), quiet: { lines: 0 } });
  await using _supervisor = await fixture.startDevice(device);
  await waitFor('the first lines', () => linesOf(device.logs, 'one').length > 0);
  await cloud.goAway();
  await delay(seconds * 1000);
  await cloud.comeBack();
  const back = performance.now();
  const before = device.logs.length;
  await waitFor('lines after the outage', () => device.logs.length > before);
  const quietDelays: number[] = [];
  const isBehind = (): boolean => NOISY.some((word) => !linesOf(device.logs, word).includes(total - 1));
  while (isBehind()) {
    quietDelays.push(await delayOfQuietLine(fixture, device));
    await delay(QUIET_PAUSE);
  }
  const written = Object.fromEntries(NOISY.map((word) => [word, total]));
  return await figures(device, written, { since: back, quietDelays });
}

async function afterKills(fixture: CloudFixture): Promise<LogFigures> {
  const total = 5 * KILLS * PER_SECOND;
  const counters = NOISY.map((word) => [word, { lines: total, pause: 1 / PER_SECOND }] as const);
  const device = deviceWith(fixture, Object.fromEntries(counters));
  await using supervisor = await fixture.startDevice(device);
  for (let kill = 1; kill <= KILLS; kill++) {
    await waitFor('lines', () => linesOf(device.logs, 'one').length > (kill * total) / (KILLS + 2));
    await supervisor.kill();
    await supervisor.start();
  }
  const written = Object.fromEntries(NOISY.map((word) => [word, total]));
  return await figures(device, written, { since: performance.now(), quietDelays: [] });
}

function deviceWith(
  { cloud }: CloudFixture,
  counters: Readonly<Record<string, { readonly lines: number; readonly pause?: number }>>,
): StubDevice {
  const fleet = cloud.createFleet({ config: { RESIN_SUPERVISOR_POLL_INTERVAL: '1000' } });
  const device = cloud.createDevice(fleet);
  const services = Object.entries(counters).map(([word, { lines, pause }]) => {
    const environment = { WORD: word, LINES: String(lines), PAUSE: pause === undefined ? '' : String(pause) };
    return [word, { image: 'bench/count:1', environment }] as const;
  });
  cloud.createRelease(fleet, { commit: device.uuid.slice(0, 8), services: Object.fromEntries(services) });
  return device;
}

/** Has the quiet service write a line. @returns seconds until the cloud has it, on the clock that both share */
async function delayOfQuietLine(fixture: CloudFixture, { logs }: StubDevice): Promise<number> {
  const { quiet: id = '' } = await fixture.containers();
  const asked = (): LogEntry[] => logs.filter(({ message }) => message === 'quiet asked');
  const before = asked().length;
  await fixture.docker.getContainer(id).kill({ signal: 'SIGUSR1' });
  const entry = await waitFor('the line of the quiet service', () => asked()[before]);
  return entry === undefined ? Number.NaN : (entry.createdAt - entry.timestamp) / 1000;
}

function linesOf(logs: readonly LogEntry[], word: string): number[] {
  return logs.flatMap(({ message }) => {
    const number = message.startsWith(`${word} `) ? Number(message.slice(word.length + 1)) : Number.NaN;
    return Number.isNaN(number) ? [] : [number];
  });
}

async function figures(
  device: StubDevice,
  written: Readonly<Record<string, number>>,
  { since, quietDelays }: { readonly since: number; readonly quietDelays: readonly number[] },
): Promise<LogFigures> {
  const { logs } = device;
  for (const [word, count] of Object.entries(written)) {
    await waitFor(`the last line of ${word}`, () => linesOf(logs, word).includes(count - 1));
  }
  const services = Object.entries(written).map(([word, count]) => {
    const all = linesOf(logs, word);
    const once = [...new Set(all)];
    const outOfOrder = once.filter((line, index) => index > 0 && line < (once[index - 1] ?? 0)).length;
    return { lost: count - once.length, repeated: all.length - once.length, outOfOrder };
  });
  return {
    written: sum(Object.values(written)),
    lost: sum(services.map(({ lost }) => lost)),
    repeated: sum(services.map(({ repeated }) => repeated)),
    outOfOrder: sum(services.map(({ outOfOrder }) => outOfOrder)),
    suppressed: logs.filter(({ message }) => message.startsWith('Suppressed')).length,
    caughtUpAfter: (performance.now() - since) / 1000,
    quietDelays: quietDelays.toSorted((a, b) => a - b),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
