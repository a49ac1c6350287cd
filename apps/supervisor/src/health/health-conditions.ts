import { statfs } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import type { HealthCondition } from '@device-supervisor/api';
import type { ConfigJsonFile } from '@device-supervisor/config-json';
import type { ClockDoubt } from '@device-supervisor/cloud';
import type { Clock } from '@device-supervisor/device';
import { describeError } from '@device-supervisor/errors';
import type { Store } from '@device-supervisor/store';
import type { SupervisorConfig } from '../config.ts';

export interface HealthDependencies {
  readonly config: Pick<SupervisorConfig, 'controlsHost' | 'busAddress' | 'databasePath'>;
  readonly store: Pick<Store, 'fault' | 'recovered'>;
  readonly configJson: Pick<ConfigJsonFile, 'problem'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Why the firewall's rules are not in place. */
  readonly firewallProblems: () => readonly unknown[];
  /** Whether the host's journal can be read, where the engine logs to it; throws why not. */
  readonly checkJournal: () => Promise<void>;
  /** `null`: there is no cloud, or nothing is known. */
  readonly cloudConnected: () => boolean | null;
  /** The doubt that the answers of the cloud cast on the clock; `null`: none. */
  readonly clockDoubt: () => ClockDoubt | null;
}

const MINUTE = 60_000;
/** Part of the disk that has to be free for updates. */
const LEAST_FREE = 0.05;
/** Milliseconds for the bus to accept a connection. */
const BUS_PATIENCE = 1_000;
/** No device that runs this has a time before it. */
const EARLIEST = Date.UTC(2025, 0, 1);

/** Faults of the device or its host, each with a remedy. None is a reason to restart the supervisor. */
export function createHealthConditions(dependencies: HealthDependencies): () => Promise<readonly HealthCondition[]> {
  const probes: readonly (() => Promise<HealthCondition | null> | HealthCondition | null)[] = [
    () => database(dependencies.store),
    () => configuration(dependencies.configJson),
    () => time(dependencies.clock.now(), dependencies.clockDoubt()),
    () => disk(dirname(dependencies.config.databasePath)),
    () => (dependencies.config.controlsHost ? bus(dependencies.config.busAddress) : null),
    () => journal(dependencies.checkJournal),
    () => firewall(dependencies.firewallProblems()),
    () => cloud(dependencies.cloudConnected()),
  ];
  return async () => (await Promise.all(probes.map(async (probe) => await probe()))).filter((found) => found !== null);
}

function database({ fault, recovered }: HealthDependencies['store']): HealthCondition | null {
  if (fault !== null) return conditionOf('database', fault, 'Check the data partition');
  if (recovered === null) return null;
  return {
    component: 'database',
    message: `the database was damaged (${recovered.reason}); an empty one stands in for it`,
    remedy: `Check the storage medium. The damaged database is ${recovered.setAside}; the cloud gives the target again`,
  };
}

function configuration({ problem }: HealthDependencies['configJson']): HealthCondition | null {
  return problem === null ? null : conditionOf('config.json', problem, 'Check the boot partition');
}

function time(now: number, doubt: ClockDoubt | null): HealthCondition | null {
  const reason =
    now < EARLIEST ? 'certificates of the cloud do not verify' : doubt === null ? null : describeDoubt(doubt);
  if (reason === null) return null;
  return {
    component: 'clock',
    message: `the clock says ${new Date(now).toISOString().slice(0, 16)}: ${reason}`,
    remedy: 'Set the clock of the device, or give it access to a time server (NTP, port 123/udp)',
  };
}

function describeDoubt(doubt: ClockDoubt): string {
  if (doubt.kind === 'certificate') return `the cloud's certificate is not valid at this time (${doubt.reason})`;
  const minutes = Math.round(Math.abs(doubt.ahead) / MINUTE);
  return `it is ${minutes} minutes ${doubt.ahead > 0 ? 'ahead of' : 'behind'} the cloud's`;
}

async function disk(directory: string): Promise<HealthCondition | null> {
  const [result] = await Promise.allSettled([statfs(directory)]);
  if (result.status === 'rejected') return conditionOf('disk', result.reason, `Check that ${directory} is mounted`);
  const { bavail, blocks, ffree, files } = result.value;
  if (files > 0 && ffree === 0) {
    return {
      component: 'disk',
      message: `${directory} has no inode left`,
      remedy: 'Remove files that apps have left in volumes',
    };
  }
  if (blocks === 0 || bavail / blocks >= LEAST_FREE) return null;
  const percent = Math.floor((bavail / blocks) * 100);
  return {
    component: 'disk',
    message: `${directory} has ${percent} % of its space left`,
    remedy: 'Free space on the data partition: remove unused volumes (POST /v1/purge) or large files of apps',
  };
}

async function bus(address: string): Promise<HealthCondition | null> {
  const path = /^unix:path=([^,;]+)/.exec(address)?.[1];
  if (path === undefined || (await accepts(path))) return null;
  return {
    component: 'dbus',
    message: `the host's system bus at ${address} does not answer: reboot, VPN and proxy cannot be controlled`,
    remedy: "Start the host's dbus.service, and mount the host's root at /mnt/root",
  };
}

async function accepts(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(path);
  socket.setTimeout(BUS_PATIENCE, () => resolve(false));
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}

async function journal(check: () => Promise<void>): Promise<HealthCondition | null> {
  const [result] = await Promise.allSettled([check()]);
  if (result.status === 'fulfilled') return null;
  return conditionOf('journal', result.reason, "Check the host's systemd-journald.service and /etc/machine-id");
}

function firewall(problems: readonly unknown[]): HealthCondition | null {
  const [first] = problems;
  return first === undefined
    ? null
    : conditionOf('firewall', first, 'Check that the kernel has the modules of iptables');
}

function cloud(connected: boolean | null): HealthCondition | null {
  if (connected !== false) return null;
  return {
    component: 'cloud',
    message: 'the cloud cannot be reached; apps keep running, and the device keeps its last target',
    remedy: "Check the device's network, its proxy (GET /v1/device/host-config) and apiEndpoint in config.json",
  };
}

/** @param remedy where the failure brings none */
function conditionOf(component: string, failure: unknown, remedy: string): HealthCondition {
  const { message, hint } = describeError(failure);
  return { component, message, remedy: hint ?? remedy };
}
