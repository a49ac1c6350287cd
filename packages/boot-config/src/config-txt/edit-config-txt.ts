import { overlayKey, type Overlay } from './overlay.ts';
import { parseConfigTxt, type ConfigTxtLine, type ConfigTxtValues } from './parse-config-txt.ts';

/**
 * Makes a config.txt say what is wanted. Lines that already do, and those that are not ours to change, keep their place
 * and text. Parameters of the base stay before the first overlay, others after their own, since the firmware gives each
 * parameter to the overlay before it.
 */
export function editConfigTxt(text: string, wanted: ConfigTxtValues): string {
  const lines = parseConfigTxt(text);
  const edits = lines.map((line): Edit => ({ before: [], own: [line.raw], after: [] }));
  const atEnd = [
    ...editSettings(lines, edits, wanted.settings),
    ...editLists(lines, edits, wanted.lists),
    ...editBaseParams(lines, edits, wanted.baseParams),
    ...editOverlays(lines, edits, wanted.overlays),
  ];
  return join(lines, edits, { atEnd, carriageReturn: text.includes('\r\n') ? '\r' : '' });
}

/** The replacement of a line. */
interface Edit {
  before: readonly string[];
  own: readonly string[];
  after: readonly string[];
}

/** One of each line. The functions below change them, and return what is to be added at the end. */
type Edits = readonly Edit[];

function editSettings(lines: readonly ConfigTxtLine[], edits: Edits, wanted: ConfigTxtValues['settings']): string[] {
  const current = new Map(
    lines.flatMap((line, place) =>
      line.kind === 'setting' ? [[line.key, { place, value: line.value }] as const] : [],
    ),
  );
  for (const [index, line] of lines.entries()) {
    const last = line.kind === 'setting' ? current.get(line.key) : undefined;
    if (line.kind !== 'setting' || last === undefined) continue;
    const value = wanted.get(line.key);
    if (value === last.value) continue;
    // The last one counts, so the others go with it.
    replaceOwn(edits, index, value === undefined || index !== last.place ? [] : [`${line.key}=${value}`]);
  }
  return [...wanted].filter(([key]) => !current.has(key)).map(([key, value]) => `${key}=${value}`);
}

function editLists(lines: readonly ConfigTxtLine[], edits: Edits, wanted: ConfigTxtValues['lists']): string[] {
  const missing = new Map([...wanted].map(([key, values]) => [key, new Set(values)]));
  const places = new Map<string, number>();
  for (const [index, line] of lines.entries()) {
    if (line.kind !== 'item') continue;
    places.set(line.key, index);
    if (wanted.get(line.key)?.includes(line.value) === true) missing.get(line.key)?.delete(line.value);
    else replaceOwn(edits, index, []);
  }
  return [...missing].flatMap(([key, values]) => {
    const added = [...values].map((value) => `${key}=${value}`);
    return insertAfter(edits, places.get(key), added);
  });
}

function editBaseParams(lines: readonly ConfigTxtLine[], edits: Edits, wanted: readonly string[]): string[] {
  const missing = new Set(wanted);
  let place: number | undefined;
  for (const [index, line] of lines.entries()) {
    if (line.kind !== 'base-params') continue;
    place = index;
    const kept = line.params.filter((param) => wanted.includes(param));
    for (const param of kept) missing.delete(param);
    if (kept.length < line.params.length)
      replaceOwn(edits, index, kept.length === 0 ? [] : [`dtparam=${kept.join(',')}`]);
  }
  const added = [...missing].map((param) => `dtparam=${param}`);
  if (place !== undefined) return insertAfter(edits, place, added);
  const first = lines.findIndex((line) => line.kind === 'section' || line.kind === 'overlay' || isForeignOverlay(line));
  const edit = edits[first];
  if (edit === undefined) return added;
  edit.before = added;
  return [];
}

function editOverlays(lines: readonly ConfigTxtLine[], edits: Edits, wanted: readonly Overlay[]): string[] {
  const missing = new Map(wanted.map((overlay) => [overlayKey(overlay), overlay]));
  const current = lines.flatMap((line) => (line.kind === 'overlay' ? [line.overlay] : []));
  const kept = new Set(current.filter((overlay) => wanted.some((other) => overlayKey(other) === overlayKey(overlay))));
  for (const overlay of kept) missing.delete(overlayKey(overlay));
  for (const [index, line] of lines.entries()) {
    if ((line.kind !== 'overlay' && line.kind !== 'overlay-params') || kept.has(line.overlay)) continue;
    const successor = [...missing.values()].find(({ name }) => line.kind === 'overlay' && name === line.overlay.name);
    if (successor !== undefined) missing.delete(overlayKey(successor));
    replaceOwn(edits, index, successor === undefined ? [] : linesOf(successor));
  }
  return [...missing.values()].flatMap(linesOf);
}

/** The parameters get lines of their own: the firmware reads only the beginning of long ones. */
function linesOf({ name, params }: Overlay): readonly string[] {
  return [`dtoverlay=${name}`, ...params.map((param) => `dtparam=${param}`)];
}

function replaceOwn(edits: Edits, index: number, own: readonly string[]): void {
  const edit = edits[index];
  if (edit !== undefined) edit.own = own;
}

/** @returns what is to go to the end of the file, because there is no such place */
function insertAfter(edits: Edits, place: number | undefined, added: readonly string[]): string[] {
  const edit = place === undefined ? undefined : edits[place];
  if (edit === undefined) return [...added];
  edit.after = [...edit.after, ...added];
  return [];
}

function isForeignOverlay(line: ConfigTxtLine): boolean {
  return line.kind === 'other' && line.isOverlay;
}

/** @param carriageReturn what new lines have before the line feed */
function join(
  lines: readonly ConfigTxtLine[],
  edits: Edits,
  { atEnd, carriageReturn }: { readonly atEnd: readonly string[]; readonly carriageReturn: string },
): string {
  const result = lines.flatMap(({ raw }, index) =>
    linesAt(edits[index]).map((text) => (text === raw ? raw : `${text}${carriageReturn}`)),
  );
  if (atEnd.length === 0) return result.join('\n');
  const lastSection = lines.findLast((line) => line.kind === 'section');
  const section = lastSection?.kind === 'section' && lastSection.isConditional ? ['[all]'] : [];
  const last = result.pop() ?? '';
  const before = last === '' ? result : [...result, last.endsWith('\r') ? last : `${last}${carriageReturn}`];
  return [...before, ...[...section, ...atEnd].map((text) => `${text}${carriageReturn}`), ''].join('\n');
}

function linesAt(edit: Edit | undefined): readonly string[] {
  return edit === undefined ? [] : [...edit.before, ...edit.own, ...edit.after];
}
