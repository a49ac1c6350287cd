import { createSemaphore } from '@device-supervisor/primitives';
import { nodeFileSystem, type DurableFileSystem } from '@device-supervisor/durable-file';
import { decodePatch } from './decode-patch.ts';
import { HostUnitError, HostConfigLockedError } from './errors.ts';
import type { HostConfig } from './host-config.ts';
import { openProxyFile, readHostname } from './host-files.ts';
import type { HostConfigPaths } from './host-config-paths.ts';
import { parseNoProxy } from './no-proxy.ts';
import { patchProxyFile, readProxy } from './patch-proxy.ts';
import { pendingRestartsAt } from './pending-restarts.ts';
import { planPatch, type StoredChange } from './plan-patch.ts';
import type { ForceOptions, HostConfigPorts } from './ports.ts';
import { restartUnits, type Concern } from './restart-units.ts';

export interface HostConfigDependencies extends HostConfigPorts {
  readonly paths: HostConfigPaths;
  readonly fileSystem?: DurableFileSystem;
}

/** Proxy and host name of a host. */
export interface HostConfiguration {
  /** @throws ProxyFileDamagedError, HostFileError */
  get(): Promise<HostConfig>;
  /**
   * Changes what the body names, in the form of the HTTP API (`{ network: { proxy, hostname, force }, force }`), and
   * restarts what brings it into effect. Nothing is written, restarted or locked when nothing changes. Calls take effect
   * one after the other.
   *
   * @throws HostConfigInvalidError, ProxyFileDamagedError, HostConfigLockedError when nothing was changed; HostFileError
   *   when some of it may have been; HostUnitError when all was, but is not in effect
   */
  patch(body: unknown, options?: Partial<ForceOptions>): Promise<HostConfigChange>;
  /**
   * Brings into effect what an earlier run stored and did not get to, or what a power cut made the files fall back to; to
   * be called at start. Throws as `patch` does.
   */
  recover(): Promise<HostConfigChange>;
}

export interface HostConfigChange {
  /** Settings that changed or were removed. */
  readonly changed: readonly StoredItem[];
  /** Units that were restarted, in this order. */
  readonly restarted: readonly string[];
  /** Units that the host restarts by itself. */
  readonly leftToHost: readonly string[];
}

export type StoredItem = 'hostname' | 'no_proxy' | 'redsocks.conf';

/**
 * Reads and changes proxy and host name of a host.
 *
 * @example
 * ```ts
 * const hostConfig = createHostConfig({ paths, configJson, units, locks });
 * await hostConfig.patch({ network: { proxy: { type: 'socks5', ip: '203.0.113.7', port: 1080 } } });
 * ```
 */
export function createHostConfig(dependencies: HostConfigDependencies): HostConfiguration {
  const { paths, fileSystem = nodeFileSystem, configJson, units, locks } = dependencies;
  const redsocks = openProxyFile(paths.redsocks, fileSystem);
  const noProxy = openProxyFile(paths.noProxy, fileSystem);
  const pending = pendingRestartsAt(paths.pendingRestarts);
  const turns = createSemaphore(1);

  async function readFiles(): Promise<{ readonly redsocks: Uint8Array | null; readonly noProxy: Uint8Array | null }> {
    const [proxy, exceptions] = await Promise.all([redsocks.read(), noProxy.read()]);
    // The replacement of a lost file differs from the file that the host was started with.
    if (proxy.source === 'backup' || exceptions.source === 'backup') await pending.add(['proxy']);
    return { redsocks: proxy.bytes, noProxy: exceptions.bytes };
  }

  async function store(change: StoredChange): Promise<StoredItem> {
    switch (change.kind) {
      case 'set-hostname':
        await configJson.update({ hostname: change.hostname });
        return 'hostname';
      case 'write-no-proxy':
        await noProxy.update(() => change.bytes);
        return 'no_proxy';
      case 'remove-no-proxy':
        await noProxy.remove();
        return 'no_proxy';
      case 'patch-redsocks':
        // Once more, on what is there now. A file without content counts as none.
        await redsocks.update((bytes) => patchProxyFile(bytes, change.settings) ?? new Uint8Array());
        return 'redsocks.conf';
      case 'remove-redsocks':
        await redsocks.remove();
        return 'redsocks.conf';
    }
  }

  /** Makes changes, and brings them and what is pending into effect, with the update locks of all apps. */
  async function carryOut(changes: readonly StoredChange[], force: ForceOptions): Promise<HostConfigChange> {
    const concerns = new Set([...(await pending.read()), ...changes.map(concernOf)]);
    if (concerns.size === 0) return { changed: [], restarted: [], leftToHost: [] };
    const taken = await locks.acquireAll(force);
    if (taken.status !== 'acquired') throw new HostConfigLockedError(taken);
    await using _lease = taken.lease;
    await pending.add(concerns);
    const changed: StoredItem[] = [];
    for (const change of changes) changed.push(await store(change));
    // Before the restarts, which may end this process: it must not come back to do the same again.
    await pending.clear();
    const { restarted, leftToHost, failures } = await restartUnits(units, concerns);
    if (failures.length > 0) {
      await pending.add(concerns);
      throw new HostUnitError(failures);
    }
    return { changed, restarted, leftToHost };
  }

  return {
    async get() {
      const [files, hostname] = await Promise.all([readFiles(), readHostname(paths.hostname, configJson)]);
      const settings = readProxy(files.redsocks);
      const entries = parseNoProxy(files.noProxy);
      if (settings === null) return { network: { hostname } };
      return { network: { proxy: { ...settings, ...(entries.length === 0 ? {} : { noProxy: entries }) }, hostname } };
    },
    async patch(body, { force = false, forcedApp } = {}) {
      const decoded = decodePatch(body);
      return turns.run(async () => {
        const files = await readFiles();
        const { hostname, uuid } = decoded.patch.hostname === undefined ? {} : (await configJson.read()).config;
        return carryOut(planPatch({ ...files, hostname, uuid }, decoded.patch), {
          force: force || decoded.force,
          forcedApp,
        });
      });
    },
    recover: () =>
      turns.run(async () => {
        await readFiles();
        return carryOut([], { force: false });
      }),
  };
}

function concernOf({ kind }: StoredChange): Concern {
  return kind === 'set-hostname' ? 'hostname' : 'proxy';
}
