import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '@device-supervisor/testbed';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { buildImageFixture, type ImageFixture } from './image-fixture.ts';
import { writeOtherBuild } from './other-builds.ts';
import { startPlainHost, type PlainHost } from './plain-host.ts';

/*
 * The layout of balenaOS on a Debian host: its paths, its unit, and a start script of ours that passes what the script of
 * the OS passes (mounts, variables, names). The engine is Docker under the name of balenaEngine.
 */
const UNIT = `[Unit]
Description=Balena supervisor
Requires=docker.service
After=docker.service

[Service]
EnvironmentFile=/etc/balena-supervisor/supervisor.conf
Restart=always
RestartSec=10s
ExecStartPre=-/usr/bin/balena stop resin_supervisor
ExecStartPre=-/usr/bin/balena stop balena_supervisor
ExecStart=/usr/bin/start-balena-supervisor
ExecStop=-/usr/bin/balena stop balena_supervisor
`;
const CONF = `SUPERVISOR_IMAGE=registry.example.com/reference
SUPERVISOR_VERSION=v0
LED_FILE=/dev/null
`;
const START = `#!/bin/sh
set -eu
image="$SUPERVISOR_IMAGE:$SUPERVISOR_VERSION"
present=$(balena inspect --format '{{.Image}}' balena_supervisor 2>/dev/null || true)
if [ "$present" = "$(balena inspect --format '{{.Id}}' "$image")" ]; then exec balena start --attach balena_supervisor; fi
balena rm --force balena_supervisor >/dev/null 2>&1 || true
exec balena run --name balena_supervisor --privileged --net=host \\
  -v /var/run/balena-engine.sock:/var/run/balena-engine.sock -v /resin-data/balena-supervisor:/data \\
  -v /var/log/supervisor-log:/var/log -v /:/mnt/root \\
  -e DOCKER_SOCKET=/var/run/balena-engine.sock -e BOOT_MOUNTPOINT=/mnt/boot -e MIXPANEL_TOKEN= \\
  -e DELTA_ENDPOINT=https://delta.example.com -e LED_FILE="$LED_FILE" -e LISTEN_PORT=48484 \\
  -e SUPERVISOR_IMAGE="$SUPERVISOR_IMAGE" "$image"
`;
const NEWER = '9.9.9';

let fixture: ImageFixture;
let plain: PlainHost;

beforeAll(async () => {
  fixture = await buildImageFixture();
  plain = await startPlainHost(inject('engineEndpoint'), fixture);
  const { host } = plain;
  await host.exec('ln -s docker /usr/bin/balena && ln -s docker.sock /run/balena-engine.sock');
  await host.exec('mkdir -p /mnt/data/resin-data/balena-supervisor && ln -s /mnt/data/resin-data /resin-data');
  await mkdir(join(host.rootMount, 'etc/balena-supervisor'), { recursive: true });
  await plain.write('/etc/balena-supervisor/supervisor.conf', CONF);
  await plain.write('/etc/systemd/system/balena-supervisor.service', UNIT);
  await plain.write('/usr/bin/start-balena-supervisor', START);
  await chmod(join(host.rootMount, 'usr/bin/start-balena-supervisor'), 0o755);
  await host.exec('systemctl daemon-reload');
});
afterAll(async () => {
  await plain[Symbol.asyncDispose]();
  await fixture[Symbol.asyncDispose]();
});

/** Identity as config.json on the boot partition has it. */
async function uuid(): Promise<string> {
  return /"uuid":\s*"(\w{32})"/.exec(await plain.read('/mnt/boot/config.json'))?.[1] ?? '';
}

it('the lines for balenaOS install the supervisor as the device that config.json names, and replace it under its app', async () => {
  const device = await uuid();
  expect(device).toHaveLength(32);
  await plain.host.exec('docker load -i /mnt/data/install/images.tar && cp /mnt/data/install/apps.json /mnt/data/');
  await plain.run('On balenaOS', 'balena load');
  await plain.answers(fixture.version);
  const apps = await plain.settled();
  expect(await plain.get('/v1/device')).toContain('"status":"Idle"');
  expect(await uuid()).toBe(device);
  // The database is on the data partition.
  await plain.host.exec('test -s /mnt/data/resin-data/balena-supervisor/database.sqlite');

  const build = { version: NEWER, schema: 'same' } as const;
  const { image, directory, version } = fixture;
  const newer = await writeOtherBuild(image, { endpoint: inject('engineEndpoint'), folder: directory, build });
  for (const [archive, other] of [
    [newer, NEWER],
    [image.archive, version],
  ] as const) {
    await plain.bring(archive);
    await plain.run('On balenaOS', 'balena load', other);
    await plain.answers(other);
    expect([await plain.settled(), await uuid()]).toEqual([apps, device]);
  }
});

it('comes back with the host, with nothing but what the start script passes', async () => {
  const apps = await plain.settled();
  const { docker } = plain;
  const before = (await docker.getContainer('balena_supervisor').inspect()).State.StartedAt;
  await plain.host.exec('systemctl restart balena-supervisor');
  await waitFor('the container to be started again', () => docker.getContainer('balena_supervisor').inspect(), {
    until: ({ State }) => State.Running && State.StartedAt !== before,
  });
  await plain.answers(fixture.version);
  expect(await plain.settled()).toEqual(apps);
});
