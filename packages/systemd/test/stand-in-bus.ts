import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sessionBus, type Message, type MessageBus } from 'dbus-next';
import { waitFor } from '@device-supervisor/testbed';

/** A bus of its own, that can be ended, held up and started again. Disposing of it ends it. */
export interface StandInBus extends AsyncDisposable {
  readonly address: string;
  readonly socket: string;
  start(): Promise<void>;
  /** Ends it without a warning. */
  kill(): Promise<void>;
  /** It no longer answers, but does not go away. */
  hold(): void;
  release(): void;
  /** Answers calls to `name` on the bus; what `answer` gives for one is sent, in its own time. */
  serve(name: string, answer: (call: Message) => Message | null): Promise<StandInService>;
}

export interface StandInService {
  /** It goes away. */
  disconnect(): void;
}

/** Makes a place for a bus; {@link StandInBus.start} starts it. */
export async function createStandInBus(): Promise<StandInBus> {
  const directory = await mkdtemp(join(tmpdir(), 'bus-'));
  const socket = join(directory, 'socket');
  const configuration = join(directory, 'bus.conf');
  await writeFile(configuration, busConfiguration(socket));
  let daemon: ChildProcess | null = null;
  const services: MessageBus[] = [];
  const connect = async (): Promise<MessageBus> => {
    const bus = sessionBus({ busAddress: `unix:path=${socket}` });
    bus.on('error', () => undefined);
    await once(bus, 'connect');
    return bus;
  };
  const kill = async (): Promise<void> => {
    for (const service of services.splice(0)) service.disconnect();
    if (daemon === null || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const ended = once(daemon, 'exit');
    daemon.kill('SIGKILL');
    await ended;
  };
  return {
    address: `unix:path=${socket}`,
    socket,
    async start() {
      await rm(socket, { force: true });
      daemon = spawn('dbus-daemon', [`--config-file=${configuration}`, '--nofork'], { stdio: 'ignore' });
      await once(daemon, 'spawn');
      await waitFor('the bus', async () => {
        (await connect()).disconnect();
        return true;
      });
    },
    kill,
    hold: () => void daemon?.kill('SIGSTOP'),
    release: () => void daemon?.kill('SIGCONT'),
    async serve(name, answer) {
      const service = await connect();
      services.push(service);
      service.addMethodHandler((call: Message) => {
        if (call.interface === 'org.freedesktop.DBus') return false;
        const message = answer(call);
        if (message !== null) service.send(message);
        return true;
      });
      await service.requestName(name, 0);
      return service;
    },
    async [Symbol.asyncDispose]() {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Allows everything, with a low limit of connections per user. */
function busConfiguration(socket: string): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>custom</type>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true"/>
    <allow receive_type="method_call"/>
    <allow receive_type="signal"/>
    <allow receive_requested_reply="true"/>
  </policy>
  <limit name="max_completed_connections">${MAX_CONNECTIONS}</limit>
</busconfig>
`;
}

/** Connections that a bus takes. */
export const MAX_CONNECTIONS = 8;
