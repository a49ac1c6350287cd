import { PLAIN_BACKEND, type BootBackend, type BootVariables } from '../boot-backend.ts';
import { parseQuotedList, printQuotedList } from '../quoted-list.ts';
import type { TextFile } from '../text-file.ts';
import { PREFIX } from './config-txt-keys.ts';
import { checkVariable, isSameValue, valuesFrom, variablesOf } from './config-txt-variables.ts';
import { editConfigTxt } from './edit-config-txt.ts';
import { parseOverlay } from './overlay.ts';
import { parseConfigTxt, valuesOf } from './parse-config-txt.ts';

/**
 * config.txt of Raspberry Pi and its relatives.
 *
 * @param requiredOverlays overlays without which the device does not work
 * @see https://www.raspberrypi.com/documentation/computers/config_txt.html
 */
export function configTxtBackend(file: TextFile, requiredOverlays: readonly string[]): BootBackend {
  return {
    ...PLAIN_BACKEND,
    name: 'config.txt',
    owns: (variable) => variable.startsWith(PREFIX),
    check: checkVariable,
    isSame: isSameValue,
    complete: (desired) => withOverlays(desired, requiredOverlays),
    async read() {
      const text = await file.read();
      return text === null ? {} : variablesIn(text);
    },
    write: (desired) => file.update((text) => editConfigTxt(text ?? '', valuesFrom(desired))),
  };
}

/** Leaves out what the backend would not accept. */
function variablesIn(text: string): BootVariables {
  return Object.fromEntries(
    Object.entries(variablesOf(valuesOf(parseConfigTxt(text)))).flatMap(([variable, value]) => {
      const checked = checkVariable(variable, value);
      return checked.ok && checked.value !== null ? [[variable, checked.value]] : [];
    }),
  );
}

function withOverlays(desired: BootVariables, required: readonly string[]): BootVariables {
  const variable = `${PREFIX}dtoverlay`;
  const present = parseQuotedList(desired[variable] ?? '') ?? [];
  const names = new Set(present.map((item) => parseOverlay(item).name));
  const missing = required.filter((name) => !names.has(name));
  return missing.length === 0 ? desired : { ...desired, [variable]: printQuotedList([...present, ...missing]) };
}
