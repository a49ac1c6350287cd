import { isDeepStrictEqual } from 'node:util';
import { applyEdits, modify, type FormattingOptions } from 'jsonc-parser';
import { ConfigJson } from './config-json.ts';
import { decodeConfigJson } from './decode-config-json.ts';
import { ConfigJsonPatchError } from './errors.ts';
import { isJsonObject, valueAt, withValueAt, type JsonObject } from './json-object.ts';

/** New values of some keys; `null` removes one. Of `os`, only the keys that are named change. */
export type ConfigJsonPatch = Patch<Omit<ConfigJson, 'os'>> & { readonly os?: OsPatch };

type Patch<Values> = { readonly [Key in keyof Values]?: Values[Key] | null };
type Os = NonNullable<ConfigJson['os']>;
type OsPatch = Patch<Pick<Os, 'network'>> & {
  readonly [Key in 'kernel' | 'power' | 'fan']?: Patch<Exclude<Os[Key], undefined>>;
};

export interface PatchedConfigJson {
  readonly text: string;
  /** Keys whose value changed, e.g. `os.power.mode`. */
  readonly changed: readonly string[];
}

interface Assignment {
  readonly path: readonly string[];
  /** `undefined`: removed. */
  readonly value: unknown;
}

/**
 * Changes the text of a config.json where the patch changes a value, and nowhere else.
 *
 * @throws ConfigJsonPatchError
 */
export function patchConfigJson(text: string, raw: JsonObject, patch: ConfigJsonPatch): PatchedConfigJson {
  const assignments = assignmentsOf(patch);
  checkValues(assignments);
  const { config } = decodeConfigJson(raw);
  const changes = assignments.filter(({ path, value }) =>
    value === undefined ? valueAt(raw, path) !== undefined : !isDeepStrictEqual(valueAt(config, path), value),
  );
  let [newText, newRaw] = [text, raw];
  for (const { path, value } of changes) {
    newRaw = withValueAt(newRaw, path, value);
    newText = editText(newText, newRaw, path);
  }
  return { text: newText, changed: changes.map(({ path }) => path.join('.')) };
}

/** Only these keys of the file have parts of their own; the value of any other is one. */
const PARTS: ReadonlySet<string> = new Set(['os', 'os.kernel', 'os.power', 'os.fan']);

function assignmentsOf(patch: JsonObject, prefix: readonly string[] = []): readonly Assignment[] {
  return Object.entries(patch)
    .filter(([, value]) => value !== undefined)
    .flatMap(([key, value]) => {
      const path = [...prefix, key];
      if (PARTS.has(path.join('.')) && isJsonObject(value)) return assignmentsOf(value, path);
      return [{ path, value: value === null ? undefined : value }];
    });
}

function checkValues(assignments: readonly Assignment[]): void {
  const values = assignments
    .filter(({ value }) => value !== undefined)
    .reduce<JsonObject>((all, { path, value }) => withValueAt(all, path, value), {});
  const result = ConfigJson.safeParse(values);
  if (result.success) return;
  throw new ConfigJsonPatchError(
    result.error.issues.map(({ path, message }) => ({ key: path.map(String).join('.'), message })),
  );
}

/** @param wanted what the result must mean; differs from the text at `path` */
function editText(text: string, wanted: JsonObject, path: readonly string[]): string {
  const formattingOptions = formattingOf(text);
  const options = formattingOptions === undefined ? {} : { formattingOptions };
  const before: unknown = JSON.parse(text);
  const parents = path.slice(0, -1);
  const missing = parents.findIndex((_, index) => !isJsonObject(valueAt(before, path.slice(0, index + 1))));
  const place = missing === -1 ? path : path.slice(0, missing + 1);
  const edited = applyEdits(text, modify(text, [...place], valueAt(wanted, place), options));
  // It does when a key occurs twice: the editor changes the first, and the last one counts.
  const failed = !isDeepStrictEqual(JSON.parse(edited), wanted);
  return failed ? `${JSON.stringify(wanted, null, indentOf(text))}\n` : edited;
}

function formattingOf(text: string): FormattingOptions | undefined {
  const indent = indentOf(text);
  if (indent === undefined) return undefined;
  return {
    insertSpaces: !indent.includes('\t'),
    tabSize: indent.length,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
}

/** `undefined`: all is in one line. */
function indentOf(text: string): string | undefined {
  return /\n([ \t]+)"/.exec(text)?.[1] ?? (text.trim() === '{}' ? '  ' : undefined);
}
