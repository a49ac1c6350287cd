import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCommandRunner } from '@device-supervisor/local-engine';
import type Docker from 'dockerode';
import * as z from 'zod';
import { connectEngine } from '../connect-engine.ts';
import { TestServiceError } from '../errors.ts';
import { artefactDirectory } from '../run-environment.ts';
import { waitFor } from '../wait-for.ts';
import type { DeviceHost, DeviceHostOptions, HostUnit, Shutdown } from './device-host.ts';
import { deviceHostImage } from './device-host-image.ts';
import { enableHostEngine, hostEngineMounts } from './host-engine.ts';
import { runOnHost } from './run-on-host.ts';

const WaitAnswer = z.object({ StatusCode: z.number() });

/** Exit codes by which systemd tells a container manager how it ended. */
const SHUTDOWNS: Readonly<Record<number, Shutdown>> = { 129: 'reboot', 130: 'power-off' };

/** Where the supervisor keeps what must not outlive a boot, as containers of the engine know it: update locks. */
const VOLATILE = '/tmp/balena-supervisor';

/**
 * Boots a device host in a container of an engine: about two seconds, and more the first time. One at a time; disposing of it
 * removes it.
 *
 * @throws {@link DeviceHostMissingError} when its root file system has not been made
 */
export async function startDeviceHost(engineEndpoint: string, options: DeviceHostOptions = {}): Promise<DeviceHost> {
  await using resources = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'host-'));
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const mounts = await makePartitions(directory, options);
  resources.use(await mountVolatile());

  const engine = connectEngine(engineEndpoint);
  const engineMounts = options.hasEngine === true ? await hostEngineMounts(directory) : [];
  const image = await deviceHostImage(engine);
  const container = await engine.createContainer(containerConfiguration(image, mounts, engineMounts));
  resources.defer(() => container.remove({ force: true, v: true }));
  const { id } = container;
  resources.defer(() => keepJournal(mounts.journal, id));
  const exec = async (command: string): Promise<string> => await runOnHost(container, command);
  let address = '';
  let gateway = '';
  const start = async (): Promise<void> => {
    await Promise.all((await readdir(VOLATILE)).map((name) => rm(join(VOLATILE, name), { recursive: true })));
    await container.start();
    const { State, NetworkSettings } = await container.inspect();
    const { root } = mounts;
    await rm(root, { force: true });
    await symlink(`/proc/${State.Pid}/root`, root);
    const network = NetworkSettings.Networks['bridge'];
    [address, gateway] = [network?.IPAddress ?? '', network?.Gateway ?? ''];
    await booted(container);
  };
  await start();
  if (options.hasEngine === true) await enableHostEngine(exec);
  const lifetime = resources.move();
  return {
    directory,
    busAddress: `unix:path=${join(mounts.bus, 'system_bus_socket')}`,
    journalDirectory: mounts.journal,
    bootMount: mounts.boot,
    stateMount: mounts.state,
    rootMount: mounts.root,
    engineEndpoint: `unix://${mounts.root}/run/docker.sock`,
    environment: {
      DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${join(mounts.bus, 'system_bus_socket')}`,
      ROOT_MOUNTPOINT: mounts.root,
      BOOT_MOUNTPOINT: mounts.boot,
      STATE_MOUNTPOINT: mounts.state,
      DATA_MOUNTPOINT: mounts.data,
    },
    get address() {
      return address;
    },
    get gateway() {
      return gateway;
    },
    exec,
    unit: (name) => readUnit(exec, name),
    async isRunning() {
      return (await container.inspect()).State.Running;
    },
    async shutdown() {
      const { StatusCode: code } = WaitAnswer.parse(await container.wait());
      const shutdown = SHUTDOWNS[code];
      if (shutdown === undefined) throw new TestServiceError('the device host', `exit code ${code}`);
      return shutdown;
    },
    async crash() {
      await container.kill();
      await container.wait();
    },
    start,
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

interface Mounts {
  readonly boot: string;
  readonly state: string;
  readonly data: string;
  readonly bus: string;
  readonly journal: string;
  /** A link to the host's root, whatever process has it. */
  readonly root: string;
  readonly units: string;
}

async function makePartitions(directory: string, options: DeviceHostOptions): Promise<Mounts> {
  const [boot = '', state = '', data = '', bus = '', journal = '', units = ''] = await Promise.all(
    ['boot', 'state', 'data', 'bus', 'journal', 'units'].map(async (name) => {
      await mkdir(join(directory, name));
      return join(directory, name);
    }),
  );
  const uuid = randomUUID().replaceAll('-', '');
  const config = { uuid, deviceType: 'genericx86-64-ext', ...options.config };
  await writeFile(join(boot, 'config.json'), JSON.stringify(config));
  await writeFile(join(boot, 'device-type.json'), JSON.stringify({ slug: 'genericx86-64-ext', arch: 'amd64' }));
  if (options.restartsProxy === true) await letHostRestartProxy(units);
  return { boot, state, data, bus, journal, units, root: join(directory, 'root') };
}

/** Units from a directory that systemd looks into besides the image's own. */
async function letHostRestartProxy(units: string): Promise<void> {
  for (const unit of ['balena-proxy-config.service', 'redsocks.service']) {
    await mkdir(join(units, `${unit}.d`));
    await writeFile(join(units, `${unit}.d/part-of.conf`), '[Unit]\nPartOf=redsocks-conf.target\n');
  }
  await mkdir(join(units, 'multi-user.target.wants'));
  for (const unit of ['redsocks-conf.path', 'redsocks-conf.target']) {
    await symlink(`/etc/systemd/system/${unit}`, join(units, 'multi-user.target.wants', unit));
  }
}

/** Memory that containers of the engine and the host both have at {@link VOLATILE}; a boot empties it. */
async function mountVolatile(): Promise<AsyncDisposable> {
  const commands = createCommandRunner(process.env);
  await mkdir(VOLATILE, { recursive: true });
  await commands.run('mount', ['-t', 'tmpfs', '-o', 'mode=0755', 'tmpfs', VOLATILE]);
  return { [Symbol.asyncDispose]: async () => void (await commands.run('umount', ['--lazy', VOLATILE])) };
}

function containerConfiguration(
  image: string,
  mounts: Mounts,
  engineMounts: readonly string[],
): Docker.ContainerCreateOptions {
  const hostConfig = {
    // Not `Privileged`: that would give the host the machine's devices.
    CapAdd: ['ALL'],
    SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'],
    DeviceCgroupRules: ['a *:* rwm'],
    CgroupnsMode: 'private',
    // A host's own engine turns this on where it is off, and cannot here: a container's `/proc/sys` is read-only. What a new
    // network namespace begins with is the setting of the machine.
    Sysctls: { 'net.ipv4.ip_forward': '1' },
    Tmpfs: { '/run': '', '/run/lock': '', '/tmp': 'exec,mode=1777' },
    Binds: [
      `${mounts.bus}:/run/dbus`,
      `${mounts.journal}:/var/log/journal`,
      `${mounts.units}:/usr/local/lib/systemd/system`,
      `${mounts.boot}:/mnt/boot`,
      `${mounts.state}:/mnt/state`,
      `${mounts.data}:/mnt/data`,
      `${VOLATILE}:${VOLATILE}`,
      ...engineMounts,
    ],
    LogConfig: { Type: 'json-file', Config: {} },
  };
  return { Image: image, Hostname: 'device', HostConfig: hostConfig };
}

async function booted(container: Docker.Container): Promise<void> {
  const state = await waitFor('the device host to boot', () => bootState(container), {
    until: (answer) => ['running', 'degraded', 'maintenance', ENDED].includes(answer),
  });
  if (state === 'running') return;
  const log = state === ENDED ? await container.logs({ stdout: true, stderr: true }) : await runOnHost(container, WHY);
  throw new TestServiceError(`the device host (${state})`, String(log));
}

const ENDED = 'ended';

/** The diagnosis of a failed boot. */
const WHY = 'systemctl list-units --failed --no-legend; journalctl --boot --no-pager --priority=warning';

async function bootState(container: Docker.Container): Promise<string> {
  const { State: state } = await container.inspect();
  if (!state.Running) return ENDED;
  return (await runOnHost(container, 'systemctl is-system-running --wait || true')).trim();
}

async function readUnit(exec: DeviceHost['exec'], name: string): Promise<HostUnit> {
  const printed = await exec(`systemctl show --property=ActiveState,SubState,InvocationID '${name}'`);
  const value = (property: string): string => new RegExp(`^${property}=(.*)$`, 'm').exec(printed)?.[1] ?? '';
  return {
    activeState: value('ActiveState'),
    subState: value('SubState'),
    invocationId: value('InvocationID'),
  };
}

/** Keeps the host's journal as an artefact of a failed run. */
async function keepJournal(journal: string, containerId: string): Promise<void> {
  const directory = await artefactDirectory(`device-host-${containerId.slice(0, 12)}`);
  const lines = await createCommandRunner(process.env).run('journalctl', ['--directory', journal, '--no-pager']);
  await writeFile(join(directory, 'journal.log'), lines);
}
