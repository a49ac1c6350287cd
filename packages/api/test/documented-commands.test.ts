import { busyboxImage, connectEngine, startTestEngine, type TestEngine } from '@device-supervisor/testbed';
import { text } from 'node:stream/consumers';
import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRealWorld, type RealWorld } from './conformance/real-world.ts';
import { curlFiles } from './curl-files.ts';
import { DOCUMENTED_COMMANDS, DOCUMENTED_TARGET, type DocumentedCommand } from './documented-commands.ts';

const RUNNER = 90_110;
const SUBJECT = 90_111;

let engine: TestEngine;
let world: RealWorld;

beforeAll(async () => {
  engine = await startTestEngine();
  await busyboxImage(engine.endpoint, {
    tag: 'curl:1',
    cmd: ['sleep', '100000'],
    stopSignal: 'SIGKILL',
    files: await curlFiles(),
  });
  // Where the addresses in the containers' environment lead to.
  world = await startRealWorld({ engineEndpoint: engine.endpoint, target: TARGET, host: '0.0.0.0', port: 48_484 });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

const API = { 'io.balena.features.supervisor-api': '1' };
const app = (name: string, services: object): object => ({
  name,
  commit: `commit-of-${name}`,
  releaseId: 7,
  services,
  volumes: { data: {} },
  networks: {},
});
const service = (serviceName: string, imageId: number): object => ({
  serviceName,
  imageId,
  image: 'curl:1',
  environment: { FOO: 'bar' },
  labels: API,
  volumes: ['data:/data'],
});
const TARGET = {
  local: {
    name: 'bench',
    apps: {
      [RUNNER]: app('runner', { 1: service('service-one', 1), 2: service('service-two', 2) }),
      [SUBJECT]: app('subject', { 1: service('my-service', 1234) }),
    },
  },
};

describe('from inside a container on supervisor0', () => {
  it.each(DOCUMENTED_COMMANDS.map((one) => [one.command, one] as const))('%s', async (_name, documented) => {
    await using _given = await world.given(documented.command.includes('apikey=') ? [] : ['no key required']);
    const printed = await runInContainer(documented);
    expect(typeof documented.prints === 'object' && printed.startsWith('{') ? JSON.parse(printed) : printed).toEqual(
      documented.prints,
    );
    // The image of the last target does not exist.
    if (!documented.command.includes('TARGET_STATE')) await world.reset();
  });

  it('has what the host was asked for', () => {
    expect(world.host.actions).toEqual(['blink', 'reboot', 'shutdown']);
    expect(world.host.patches).toEqual([
      { patch: { network: { hostname: 'newhostname' }, force: false }, force: false },
    ]);
    expect(world.host.journalRequests).toEqual([expect.objectContaining({ follow: true, all: true })]);
    expect(world.faults).toEqual([]);
  });
});

/** Runs a command as its container's shell would, with the variables that the container has. */
async function runInContainer({ command, as, endless = false }: DocumentedCommand): Promise<string> {
  const [id = ''] = world.device
    .state()
    .apps.flatMap(({ services }) =>
      services.flatMap(({ name, containerId }) => (name === 'service-one' ? (containerId ?? []) : [])),
    );
  const filledIn = command
    .replaceAll('<appId>', String(SUBJECT))
    .replace(/^curl/, endless ? 'curl -sN -m 2' : 'curl -s');
  const exec = await connectEngine(engine.endpoint)
    .getContainer(id)
    .exec({
      Cmd: ['sh', '-c', filledIn],
      AttachStdout: true,
      AttachStderr: true,
      Env: [
        `TARGET_STATE=${JSON.stringify(DOCUMENTED_TARGET)}`,
        // The app that is acted on may lose its container by that: it is acted on from the other one's.
        ...(as === 'runner'
          ? []
          : [`BALENA_SUPERVISOR_API_KEY=${world.keyOf(SUBJECT, 'my-service')}`, `BALENA_APP_ID=${SUBJECT}`]),
      ],
    });
  const stream = await exec.start({});
  const output = new PassThrough();
  connectEngine(engine.endpoint).modem.demuxStream(stream, output, output);
  const printed = text(output);
  await finished(stream, { writable: false });
  output.end();
  return (await printed).trimEnd();
}
