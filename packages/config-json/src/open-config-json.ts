import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import {
  createTurns,
  keepAside,
  makeDirectory,
  nodeFileSystem,
  readIfThere,
  replaceFile,
  type DurableFileSystem,
} from '@device-supervisor/durable-file';
import { decodeConfigJson, type DecodedConfigJson } from './decode-config-json.ts';
import {
  ConfigJsonContendedError,
  ConfigJsonDamagedError,
  ConfigJsonIdentityError,
  ConfigJsonReadError,
  ConfigJsonWriteError,
} from './errors.ts';
import { parseConfigJson, type ParsedConfigJson } from './parse-config-json.ts';
import { patchConfigJson, type ConfigJsonPatch } from './patch-config-json.ts';

export interface ConfigJsonFile {
  /**
   * What the file says now. One that is not there says nothing.
   *
   * @throws ConfigJsonDamagedError, ConfigJsonReadError
   */
  read(): Promise<DecodedConfigJson>;
  /**
   * Sets some keys. All else in the file stays as it is, apart from white space beside them; nothing is written when no
   * value changes. Calls take effect one after the other.
   *
   * @returns the keys that changed, e.g. `os.power.mode`
   * @throws ConfigJsonPatchError, ConfigJsonDamagedError, ConfigJsonReadError, ConfigJsonWriteError,
   *   ConfigJsonContendedError
   */
  update(patch: ConfigJsonPatch): Promise<readonly string[]>;
  /**
   * Makes up a `uuid` and a `deviceApiKey` when the file has none.
   *
   * @throws ConfigJsonIdentityError, and as `update`
   */
  ensureIdentity(): Promise<DeviceIdentity>;
}

export interface DeviceIdentity {
  readonly uuid: string;
  /** A secret. */
  readonly deviceApiKey: string;
}

export interface OpenConfigJsonOptions {
  /** e.g. `/mnt/boot/config.json`; its directory is made by the first change. */
  readonly path: string;
  readonly fileSystem?: DurableFileSystem;
}

/**
 * The device's config.json, which the host reads and writes too: nothing of it is cached.
 *
 * @example
 * ```ts
 * const file = openConfigJson({ path: '/mnt/boot/config.json' });
 * const { uuid } = await file.ensureIdentity();
 * await file.update({ hostname: uuid.slice(0, 7), os: { power: { mode: 'low' } } });
 * ```
 */
export function openConfigJson({ path, fileSystem = nodeFileSystem }: OpenConfigJsonOptions): ConfigJsonFile {
  const inTurn = createTurns();
  const copyInTurn = createTurns();

  async function load(): Promise<LoadedFile> {
    const bytes = await readIfThere(fileSystem, path).catch((error: unknown) => {
      throw new ConfigJsonReadError(path, error);
    });
    if (bytes === null) return { bytes, text: '{}\n', raw: {} };
    const parsed = parseConfigJson(bytes);
    if (parsed.ok) return { bytes, text: parsed.text, raw: parsed.raw };
    const { damage, position } = parsed;
    const [copy] = await Promise.allSettled([copyInTurn(() => keepAside(fileSystem, path, bytes))]);
    throw new ConfigJsonDamagedError({
      path,
      damage,
      position,
      copy: copy.status === 'fulfilled' ? copy.value : null,
    });
  }

  /** @param derive what to change, from what the file says at this moment */
  async function change(derive: (current: DecodedConfigJson) => ConfigJsonPatch): Promise<readonly string[]> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { bytes, text, raw } = await load();
      const patched = patchConfigJson(text, raw, derive(decodeConfigJson(raw)));
      if (patched.changed.length === 0 || (await replace(bytes, patched.text))) return patched.changed;
    }
    throw new ConfigJsonContendedError(path);
  }

  async function replace(expected: Uint8Array | null, text: string): Promise<boolean> {
    try {
      const target = expected === null ? path : await fileSystem.resolve(path);
      if (expected === null) await makeDirectory(fileSystem, dirname(path));
      return await replaceFile(fileSystem, { path: target, bytes: new TextEncoder().encode(text), expected });
    } catch (error) {
      throw new ConfigJsonWriteError(path, error);
    }
  }

  return {
    read: async () => decodeConfigJson((await load()).raw),
    update: (patch) => inTurn(() => change(() => patch)),
    ensureIdentity: () =>
      inTurn(async () => {
        let identity: DeviceIdentity | undefined;
        await change(({ config, problems }) => {
          const unusable = problems.filter(({ key }) => key === 'uuid' || key === 'deviceApiKey');
          if (unusable.length > 0) throw new ConfigJsonIdentityError(path, unusable);
          const { uuid = randomKey(), deviceApiKey = randomKey() } = config;
          return (identity = { uuid, deviceApiKey });
        });
        if (identity === undefined) throw new ConfigJsonContendedError(path);
        return identity;
      }),
  };
}

/** Another program that writes the file does so once in a while. */
const MAX_ATTEMPTS = 10;

interface LoadedFile {
  /** `null`: it is not there. */
  readonly bytes: Uint8Array | null;
  readonly text: string;
  readonly raw: Extract<ParsedConfigJson, { ok: true }>['raw'];
}

/** 32 hexadecimal digits that nobody can guess. */
function randomKey(): string {
  return randomBytes(16).toString('hex');
}
