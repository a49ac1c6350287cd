import { startCloudStub } from '@device-supervisor/testbed';
import { Command, IMAGES } from './cloud-commands.ts';

/*
 * The cloud of a fleet, in a process of its own: so what it takes of memory and processor time is not counted as the
 * devices'. Its argument is the poll interval in milliseconds; it ends with its parent.
 */
const [, , pollInterval = ''] = process.argv;
const stub = await startCloudStub();
const fleet = stub.createFleet({ config: { RESIN_SUPERVISOR_POLL_INTERVAL: pollInterval } });

const answers: Readonly<Record<Command, () => unknown>> = {
  describe: () => ({ endpoint: stub.endpoint, fleetId: fleet.id, provisioningKey: fleet.provisioningKey }),
  release() {
    const image = IMAGES[fleet.releases.length % IMAGES.length] ?? IMAGES[0];
    return stub.createRelease(fleet, { services: { web: { image }, worker: { image }, database: { image } } }).commit;
  },
  running() {
    const commit = fleet.releases.at(-1)?.commit;
    return stub.devices().filter(({ running }) => running === commit).length;
  },
  fail() {
    stub.breakWith('all', { kind: 'status', status: 503 });
    return true;
  },
  heal() {
    stub.heal();
    return true;
  },
  take: () => stub.take().map(({ kind, at, bytes }) => ({ kind, at, bytes })),
};

process.on('message', (message) => process.send?.(answers[Command.parse(message)]()));
process.on('disconnect', () => process.exit());
