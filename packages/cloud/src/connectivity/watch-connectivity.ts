import { once } from 'node:events';
import { connect, type LookupFunction } from 'node:net';
import type { Clock } from '@device-supervisor/device';
import { waitFor } from '../wait-for.ts';

export interface ConnectivityOptions {
  /** Of the cloud's API, e.g. `https://api.example.com`. */
  readonly endpoint: string;
  /** In the place of the system's. */
  readonly lookup?: LookupFunction;
  readonly clock: Clock;
  /** Is the device configured to look? Asked before each look. */
  readonly isEnabled: () => boolean;
  /** The VPN to the cloud is proof enough. */
  readonly isVpnUp: () => Promise<boolean>;
  /** Called at each look that finds no cloud. */
  readonly onLost: () => void;
  /** Tells the people who watch the device. */
  readonly say: (message: string) => void;
}

/** Checks repeatedly whether the cloud can be reached, until it is disposed of. Other parts do not depend on it. */
export interface Connectivity extends AsyncDisposable {
  /** `null`: not known, or not looked at. */
  readonly isConnected: boolean | null;
}

/** Milliseconds between two looks. */
const INTERVAL = 10_000;
/** Milliseconds until a connection must stand. */
const TIME_LIMIT = 8000;

export function watchConnectivity(options: ConnectivityOptions): Connectivity {
  const { clock, isEnabled, onLost, say } = options;
  const stop = new AbortController();
  let isConnected: boolean | null = null;
  const finished = run();

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      const before = isConnected;
      isConnected = isEnabled() ? await look(options, stop.signal) : null;
      if (stop.signal.aborted) return;
      if (isConnected === false) onLost();
      if (isConnected === false && before !== false) say('The cloud cannot be reached; apps run on');
      if (isConnected === true && before === false) say('The cloud can be reached again');
      await waitFor(clock, INTERVAL, stop.signal);
    }
  }

  return {
    get isConnected() {
      return isConnected;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await finished;
    },
  };
}

async function look({ endpoint, lookup, isVpnUp }: ConnectivityOptions, signal: AbortSignal): Promise<boolean> {
  const [vpn] = await Promise.allSettled([isVpnUp()]);
  if (vpn.status === 'fulfilled' && vpn.value) return true;
  const { hostname, port, protocol } = new URL(endpoint);
  const socket = connect({
    // An IPv6 address has brackets in a URL alone.
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    ...(lookup === undefined ? {} : { lookup }),
  });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TIME_LIMIT)]);
  const [opened] = await Promise.allSettled([once(socket, 'connect', { signal: limit })]);
  socket.on('error', () => undefined);
  socket.destroy();
  return opened.status === 'fulfilled';
}
