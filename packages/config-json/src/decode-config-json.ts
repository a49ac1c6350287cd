import { ConfigJson } from './config-json.ts';
import { isJsonObject, withValueAt, type JsonObject } from './json-object.ts';

/** A value that cannot be used; never says what it is. */
export interface ConfigJsonProblem {
  /** e.g. `os.power.mode`. */
  readonly key: string;
  readonly message: string;
}

export interface DecodedConfigJson {
  /** Without the keys that have a problem. */
  readonly config: ConfigJson;
  readonly problems: readonly ConfigJsonProblem[];
}

/** Takes from a config.json what can be used of it. `null` and empty strings count as absent. */
export function decodeConfigJson(raw: JsonObject): DecodedConfigJson {
  let usable = withoutBlanks(raw);
  const problems = new Map<string, string>();
  for (;;) {
    const result = ConfigJson.safeParse(usable);
    if (result.success) {
      return { config: result.data, problems: [...problems].map(([key, message]) => ({ key, message })) };
    }
    for (const { path, message } of result.error.issues) {
      const keys = path.map(String);
      problems.set(keys.join('.'), message);
      usable = withValueAt(usable, keys, undefined);
    }
  }
}

function withoutBlanks(raw: JsonObject): JsonObject {
  const config = dropBlanks(raw);
  if (!isJsonObject(config['os'])) return config;
  const os = Object.entries(dropBlanks(config['os'])).map(([key, value]) => [
    key,
    // In `os.network` an empty string has a meaning for the host.
    isJsonObject(value) && key !== 'network' ? dropBlanks(value) : value,
  ]);
  return { ...config, os: Object.fromEntries(os) };
}

function dropBlanks(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null && value !== ''));
}
