import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostConfigPaths, type HostConfigPaths, type HostConfigPorts, type UpdateLockHolder } from '../src/index.ts';

/** A host's files in a directory of their own, and the rest of it in memory. */
export interface FakeHost extends Disposable {
  readonly paths: HostConfigPaths;
  readonly ports: HostConfigPorts;
  /** config.json. */
  readonly config: { hostname?: string; uuid?: string };
  /** The parent of each unit. */
  readonly units: Map<string, readonly string[]>;
  /** Units whose restart fails. */
  readonly broken: Set<string>;
  /** Whether the bus answers. */
  bus: boolean;
  holders: readonly UpdateLockHolder[];
  /** The calls, in order. */
  readonly calls: string[];
}

export function createFakeHost(): FakeHost {
  const directory = mkdtempSync(join(tmpdir(), 'host-config-'));
  mkdirSync(join(directory, 'etc'));
  writeFileSync(join(directory, 'etc/hostname'), 'device\n');
  const host: FakeHost = {
    paths: hostConfigPaths({ rootMount: directory, bootMount: join(directory, 'boot') }),
    config: { hostname: 'device', uuid: '0123456789abcdef0123456789abcdef' },
    units: new Map([
      ['balena-proxy-config.service', []],
      ['redsocks.service', []],
    ]),
    broken: new Set(),
    bus: true,
    holders: [],
    calls: [],
    ports: {
      configJson: {
        read: async () => ({ config: host.config }),
        async update({ hostname }) {
          host.calls.push(`hostname ${hostname}`);
          host.config.hostname = hostname;
        },
      },
      units: {
        async state(unit) {
          if (!host.bus) throw new Error('no bus');
          const partOf = host.units.get(unit);
          if (partOf === undefined) throw Object.assign(new Error('no such unit'), { code: 'UNIT_NOT_FOUND' });
          return { partOf };
        },
        async restart(unit) {
          if (host.broken.has(unit)) throw new Error('exit code 1');
          host.calls.push(`restart ${unit}`);
        },
      },
      locks: {
        async acquireAll({ force }) {
          if (host.holders.length > 0 && !force) return { status: 'held', holders: host.holders };
          host.calls.push(force ? 'lock by force' : 'lock');
          const lease = { [Symbol.asyncDispose]: async () => void host.calls.push('unlock') };
          return { status: 'acquired', lease };
        },
      },
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
  return host;
}
