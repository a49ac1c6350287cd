import { createSemaphore } from '@device-supervisor/primitives';
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import {
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
  ConfigJsonMissingError,
  ConfigJsonReadError,
  ConfigJsonWriteError,
} from './errors.ts';
import { createLastGoodCopy, type GoodConfigJson } from './last-good-copy.ts';
import { parseConfigJson, type ParsedConfigJson } from './parse-config-json.ts';
import { patchConfigJson, type ConfigJsonPatch } from './patch-config-json.ts';

export interface ConfigJsonFile {
  /**
   * The present contents of the file. A missing file is empty, unless it must exist.
   *
   * @throws ConfigJsonDamagedError, ConfigJsonMissingError, ConfigJsonReadError
   */
  read(): Promise<DecodedConfigJson>;
  /**
   * Sets some keys. All else in the file stays as it is, apart from white space beside them; nothing is written when no
   * value changes. Calls take effect one after the other.
   *
   * @returns the keys that changed, e.g. `os.power.mode`
   * @throws ConfigJsonPatchError, ConfigJsonDamagedError, ConfigJsonReadError, ConfigJsonWriteError,
   *   ConfigJsonContendedError, ConfigJsonMissingError
   */
  update(patch: ConfigJsonPatch): Promise<readonly string[]>;
  /**
   * Generates a `uuid` and a `deviceApiKey` when the file has none.
   *
   * @throws ConfigJsonIdentityError, and as `update`
   */
  ensureIdentity(): Promise<DeviceIdentity>;
  /**
   * Why the last read used the last good copy instead of the file; `null`: it used the file itself.
   */
  readonly problem: ConfigJsonDamagedError | ConfigJsonMissingError | null;
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
  /** Must the file be there? A device without one does not know which device it is. Default: no. */
  readonly mustExist?: boolean;
  /** Where the last good content is kept, to continue with when the file is damaged or gone. Default: nowhere. */
  readonly lastGood?: LastGoodOptions;
}

export interface LastGoodOptions {
  /** On another file system than the file. Only its owner can read it. */
  readonly path: string;
  /** The file was unusable and has the last good content again. */
  readonly onRestored: (problem: ConfigJsonDamagedError | ConfigJsonMissingError) => void;
  /** The copy cannot be kept, or the file cannot be put right. */
  readonly onFault: (error: unknown) => void;
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
export function openConfigJson(options: OpenConfigJsonOptions): ConfigJsonFile {
  const { path, fileSystem = nodeFileSystem, mustExist = false, lastGood } = options;
  const turns = createSemaphore(1);
  const copyTurns = createSemaphore(1);
  const copy = lastGood === undefined ? null : createLastGoodCopy(fileSystem, lastGood.path);
  let problem: ConfigJsonFile['problem'] = null;

  async function load(): Promise<LoadedFile> {
    const bytes = await readIfThere(fileSystem, path).catch((error: unknown) => {
      throw new ConfigJsonReadError(path, error);
    });
    const parsed = bytes === null ? null : parseConfigJson(bytes);
    if (bytes !== null && parsed?.ok === true) {
      problem = null;
      const current = { bytes, text: parsed.text, raw: parsed.raw };
      await copyTurns.run(async () => await copy?.keep(current)).catch(lastGood?.onFault);
      return current;
    }
    const found = parsed === null || parsed.ok ? new ConfigJsonMissingError(path) : await damageOf(bytes, parsed);
    const good = await copyTurns.run(async () => (await copy?.load()) ?? null).catch(() => null);
    if (good !== null) return await goOnWith(good, bytes, found);
    if (parsed === null && !mustExist) return { bytes, text: '{}\n', raw: {} };
    throw found;
  }

  async function damageOf(
    bytes: Uint8Array | null,
    { damage, position }: Extract<ParsedConfigJson, { ok: false }>,
  ): Promise<ConfigJsonDamagedError> {
    const [aside] = await Promise.allSettled([
      copyTurns.run(() => keepAside(fileSystem, path, bytes ?? new Uint8Array())),
    ]);
    return new ConfigJsonDamagedError({
      path,
      damage,
      position,
      copy: aside.status === 'fulfilled' ? aside.value : null,
    });
  }

  /** Puts the file right where that is possible; the device continues with the copy in any case. */
  async function goOnWith(
    good: GoodConfigJson,
    current: Uint8Array | null,
    found: ConfigJsonDamagedError | ConfigJsonMissingError,
  ): Promise<LoadedFile> {
    const isNew = problem === null;
    problem = found;
    try {
      // A directory without a single file is a boot partition that is not mounted.
      const isMounted = current !== null || (await fileSystem.list(dirname(path))).length > 0;
      if (isMounted && (await replace(current, good.text))) {
        problem = null;
        lastGood?.onRestored(found);
        return good;
      }
      if (isNew) lastGood?.onFault(found);
    } catch (error) {
      if (isNew) lastGood?.onFault(error);
    }
    return { ...good, bytes: current };
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
    get problem() {
      return problem;
    },
    read: async () => decodeConfigJson((await load()).raw),
    update: (patch) => turns.run(() => change(() => patch)),
    ensureIdentity: () =>
      turns.run(async () => {
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

/** 32 random hexadecimal digits. */
function randomKey(): string {
  return randomBytes(16).toString('hex');
}
