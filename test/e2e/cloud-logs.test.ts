import { busyboxImage, startCloudFixture, waitFor, type CloudFixture, type LogEntry } from '@device-supervisor/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let fixture: CloudFixture;

const LINES = 600;
/** Counts, then says something whenever it is asked to. */
const COUNT = `trap 'echo asked' USR1
n=0; while [ $n -lt ${LINES} ]; do echo "line $n"; n=$((n+1)); sleep 0.01; done
while true; do sleep 0.1; done`;
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

function linesOf(logs: readonly LogEntry[], word: string): number[] {
  return logs.flatMap(({ message }) =>
    message.startsWith(`${word} `) ? [Number(message.slice(word.length + 1))] : [],
  );
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

describe('logs of a device of a cloud', () => {
  it('arrive whole and in order over an outage and a kill, and once over an orderly restart', async () => {
    const { cloud, docker } = fixture;
    const fleet = cloud.createFleet({ config: { RESIN_SUPERVISOR_POLL_INTERVAL: '1000' } });
    const device = cloud.createDevice(fleet);
    const { logs } = device;
    const received = (): number[] => linesOf(logs, 'line');
    const services = {
      count: { image: 'logs/count:1' },
      // With a terminal, an engine cannot tell stderr from stdout.
      noise: { image: 'logs/noise:1', environment: { BALENA_LOGS_LEVEL: 'err' }, composition: { tty: false } },
    };
    cloud.createRelease(fleet, { commit: 'c1', services });
    await using supervisor = await fixture.startDevice(device);

    await waitFor('the first lines', () => received().length > 50, { timeout: 30_000 });
    await cloud.goAway();
    await waitFor('the outage to be told', () => supervisor.output().includes('Failed to send logs to the cloud'));
    await cloud.comeBack();
    await waitFor('lines after the outage', () => received().length > 150, { timeout: 30_000 });
    await supervisor.kill();
    await supervisor.start();
    await waitFor('the last line', () => received().includes(LINES - 1), { timeout: 30_000 });
    // What was not confirmed when it was cut off or killed came again, in order.
    expect([...new Set(received())]).toEqual(upTo(LINES));
    await waitFor('the errors of the other', () => logs.some(({ message }) => message === 'broken'));
    expect(linesOf(logs, 'noise')).toEqual([]);
    expect(logs.find(({ message }) => message === 'broken')).toMatchObject({ isStdErr: true, isSystem: false });
    for (const words of ["Installing service 'count", "Started service 'count'"]) {
      expect(logs).toContainEqual(expect.objectContaining({ message: expect.stringContaining(words), isSystem: true }));
    }

    expect(await supervisor.terminate()).toBe(0);
    const before = logs.length;
    const [container] = await docker.listContainers({ filters: { name: ['count'] } });
    await docker.getContainer(container?.Id ?? '').kill({ signal: 'SIGUSR1' });
    await supervisor.start();
    await waitFor('what was written meanwhile', () => logs.some(({ message }) => message === 'asked'));
    expect(await supervisor.terminate()).toBe(0);
    // The other's line may have arrived before the kill alone, and come again: nobody waited for its confirmation.
    const after = logs.slice(before).filter(({ isSystem, message }) => !isSystem && message !== 'broken');
    expect(after.map(({ message }) => message)).toEqual(['asked']);
    expect(supervisor.output()).not.toContain('Fault');
    expect(supervisor.output()).not.toContain(device.key);
  });
});
