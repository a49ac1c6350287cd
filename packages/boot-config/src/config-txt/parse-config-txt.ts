import { FORBIDDEN_KEYS, KEY, LIST_KEYS } from './config-txt-keys.ts';
import { parseOverlay, parseParams, type Overlay } from './overlay.ts';

/** A line of config.txt, by what it does. `raw` is its text without the line break. */
export type ConfigTxtLine =
  | { readonly kind: 'setting'; readonly raw: string; readonly key: string; readonly value: string }
  /** Of a key that may stand several times. */
  | { readonly kind: 'item'; readonly raw: string; readonly key: string; readonly value: string }
  /** Parameters of the base device tree. */
  | { readonly kind: 'base-params'; readonly raw: string; readonly params: readonly string[] }
  /** Begins an overlay; `overlay` has the parameters of the lines after it too. */
  | { readonly kind: 'overlay'; readonly raw: string; readonly overlay: Overlay }
  /** Parameters of the overlay before. */
  | { readonly kind: 'overlay-params'; readonly raw: string; readonly overlay: Overlay }
  /** `[pi4]`: what follows is for some devices; `[all]`: for all again. */
  | { readonly kind: 'section'; readonly raw: string; readonly isConditional: boolean }
  /** Kept as it is: comments, what is for some devices only, what is not ours to change, what we do not understand. */
  | { readonly kind: 'other'; readonly raw: string; readonly isOverlay: boolean };

/** Reads the text of a config.txt. Joined by line breaks, the lines are the text again. */
export function parseConfigTxt(text: string): readonly ConfigTxtLine[] {
  const lines: ConfigTxtLine[] = [];
  let isConditional = false;
  /** To what parameters belong: the base, an overlay, or one or the other, depending on the device. */
  let target: MutableOverlay | 'base' | 'unknown' = 'base';
  for (const raw of text.split('\n')) {
    const section = SECTION.exec(raw)?.[1];
    const { key, value } = section === undefined ? readSetting(raw) : NO_SETTING;
    const isOverlay = key === 'dtoverlay';
    if (section !== undefined) {
      isConditional = section.trim().toLowerCase() !== 'all';
      lines.push({ kind: 'section', raw, isConditional });
    } else if (key === null || isConditional) {
      if (isOverlay) target = 'unknown';
      lines.push({ kind: 'other', raw, isOverlay });
    } else if (isOverlay && value === '') {
      target = 'base';
      lines.push({ kind: 'other', raw, isOverlay });
    } else if (isOverlay) {
      const { name, params } = parseOverlay(value);
      const overlay: MutableOverlay = { name, params: [...params] };
      target = overlay;
      lines.push({ kind: 'overlay', raw, overlay });
    } else if (key !== 'dtparam') {
      lines.push({ kind: LIST_KEYS.has(key) ? 'item' : 'setting', raw, key, value });
    } else if (target === 'unknown') {
      lines.push({ kind: 'other', raw, isOverlay });
    } else if (target === 'base') {
      lines.push({ kind: 'base-params', raw, params: parseParams(value) });
    } else {
      target.params.push(...parseParams(value));
      lines.push({ kind: 'overlay-params', raw, overlay: target });
    }
  }
  return lines;
}

/** Values by key, in the order of the file. */
export interface ConfigTxtValues {
  /** The last value counts. */
  readonly settings: ReadonlyMap<string, string>;
  readonly lists: ReadonlyMap<string, readonly string[]>;
  readonly baseParams: readonly string[];
  readonly overlays: readonly Overlay[];
}

export function valuesOf(lines: readonly ConfigTxtLine[]): ConfigTxtValues {
  const items = Map.groupBy(
    lines.filter((line) => line.kind === 'item'),
    ({ key }) => key,
  );
  return {
    settings: new Map(lines.flatMap((line) => (line.kind === 'setting' ? [[line.key, line.value] as const] : []))),
    lists: new Map([...items].map(([key, list]) => [key, list.map(({ value }) => value)])),
    baseParams: lines.flatMap((line) => (line.kind === 'base-params' ? line.params : [])),
    overlays: lines.flatMap((line) => (line.kind === 'overlay' ? [line.overlay] : [])),
  };
}

interface MutableOverlay extends Overlay {
  readonly params: string[];
}

const SECTION = /^\s*\[([^\]]*)\]\s*$/;
const NO_SETTING = { key: null, value: '' } as const;

/** @returns `key: null` when it sets nothing, or nothing that a variable may set */
function readSetting(raw: string): { readonly key: string | null; readonly value: string } {
  const [, key = '', value = ''] = /^\s*([^\s=#]+)\s*=\s*([\x20-\x7e\t]*?)\s*$/.exec(raw) ?? [];
  return KEY.test(key) && !FORBIDDEN_KEYS.has(key) ? { key, value } : NO_SETTING;
}
