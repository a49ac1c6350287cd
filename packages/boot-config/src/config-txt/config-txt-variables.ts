import type { BootVariables, CheckedValue } from '../boot-backend.ts';
import { isSameList, parseQuotedList, printQuotedList } from '../quoted-list.ts';
import { FORBIDDEN_KEYS, KEY, LIST_KEYS, PREFIX } from './config-txt-keys.ts';
import { overlayKey, parseOverlay, parseParams, printOverlay } from './overlay.ts';
import type { ConfigTxtValues } from './parse-config-txt.ts';

/** The settings of a config.txt, as variables. */
export function variablesOf({ settings, lists, baseParams, overlays }: ConfigTxtValues): BootVariables {
  const all: readonly (readonly [string, string])[] = [
    ...settings,
    ...[...lists].map(([key, values]) => [key, printQuotedList(values)] as const),
    ...(baseParams.length > 0 ? [['dtparam', printQuotedList(baseParams)] as const] : []),
    ...(overlays.length > 0 ? [['dtoverlay', printQuotedList(overlays.map(printOverlay))] as const] : []),
  ];
  return Object.fromEntries(all.map(([key, value]) => [`${PREFIX}${key}`, value]));
}

/** @param variables checked values, whose lists are well-formed */
export function valuesFrom(variables: BootVariables): ConfigTxtValues {
  const byKey = Object.entries(variables).map(([name, value]) => [name.slice(PREFIX.length), value] as const);
  const items = (key: string): readonly string[] => parseQuotedList(variables[`${PREFIX}${key}`] ?? '') ?? [];
  return {
    settings: new Map(byKey.filter(([key]) => !LIST_KEYS.has(key))),
    lists: new Map(byKey.filter(([key]) => isPlainList(key)).map(([key]) => [key, items(key)])),
    baseParams: items('dtparam').flatMap(parseParams),
    overlays: items('dtoverlay').map(parseOverlay),
  };
}

/** @returns the value as {@link variablesOf} spells it */
export function checkVariable(variable: string, value: string): CheckedValue {
  const key = variable.slice(PREFIX.length);
  if (FORBIDDEN_KEYS.has(key)) return { ok: false, message: 'belongs to the operating system and cannot be set' };
  if (!KEY.test(key)) return { ok: false, message: 'is not the name of a setting of config.txt' };
  if (!/^[\x20-\x7e\t]*$/.test(value)) return { ok: false, message: 'must be one line of ASCII characters' };
  if (!LIST_KEYS.has(key)) return { ok: true, value: value.trim() };
  const items = parseQuotedList(value);
  if (items === null) return { ok: false, message: 'must be a list like "one","two"' };
  if (!items.every((item) => /^[\x20-\x7e\t]+$/.test(item))) {
    return { ok: false, message: 'must be a list of lines of ASCII characters' };
  }
  if (key === 'dtoverlay' && items.some((item) => parseOverlay(item).name === '')) {
    return { ok: false, message: 'has an overlay without a name; write e.g. "i2c-rtc,ds1307"' };
  }
  const normalized = [...new Set(normalizeItems(key, items))];
  return { ok: true, value: normalized.length === 0 ? null : printQuotedList(normalized) };
}

/** Of two checked values. Neither the order of lists counts, nor that of the parameters of an overlay. */
export function isSameValue(variable: string, a: string, b: string): boolean {
  const key = variable.slice(PREFIX.length);
  if (!LIST_KEYS.has(key)) return a === b;
  const [left, right] = [parseQuotedList(a) ?? [], parseQuotedList(b) ?? []];
  if (key !== 'dtoverlay') return isSameList(left, right);
  const keys = (items: readonly string[]): readonly string[] => items.map((item) => overlayKey(parseOverlay(item)));
  return isSameList(keys(left), keys(right));
}

function normalizeItems(key: string, items: readonly string[]): readonly string[] {
  if (key === 'dtparam') return items.flatMap(parseParams);
  if (key === 'dtoverlay') return items.map((item) => printOverlay(parseOverlay(item)));
  return items;
}

function isPlainList(key: string): boolean {
  return LIST_KEYS.has(key) && key !== 'dtparam' && key !== 'dtoverlay';
}
