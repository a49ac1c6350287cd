import { PLAIN_BACKEND, type BootBackend, type CheckedValue } from '../boot-backend.ts';
import { BootFileInvalidError } from '../errors.ts';
import { isSameList, parseQuotedList, printQuotedList } from '../quoted-list.ts';
import type { TextFile } from '../text-file.ts';
import type { AcpiTables } from './acpi-tables.ts';

const SSDT = 'HOST_CONFIGFS_ssdt';

/** configfs.json of the UP board: which tables of ACPI (SSDT) are added at each start. */
export function configfsBackend(file: TextFile, tables: AcpiTables): BootBackend {
  const readNames = async (): Promise<readonly string[]> => namesIn(parse(await file.read()));
  return {
    ...PLAIN_BACKEND,
    name: 'configfs',
    owns: (variable) => variable === SSDT,
    check: (_variable, value) => checkNames(value),
    isSame: (_variable, a, b) => isSameList(parseQuotedList(a) ?? [], parseQuotedList(b) ?? []),
    async read() {
      const names = await readNames();
      return names.length === 0 ? {} : { [SSDT]: printQuotedList(names) };
    },
    write: (desired) =>
      file.update((text) => {
        const ssdt = parseQuotedList(desired[SSDT] ?? '') ?? [];
        return `${JSON.stringify({ ...parse(text), ssdt }, null, 2)}\n`;
      }),
    async start() {
      for (const name of await readNames()) await tables.load(name);
    },
  };
}

function checkNames(value: string): CheckedValue {
  const names = parseQuotedList(value);
  if (names === null) return { ok: false, message: 'must be a list like "one","two"' };
  // They become names of files.
  return names.every((name) => NAME.test(name))
    ? { ok: true, value: names.length === 0 ? null : printQuotedList([...new Set(names)]) }
    : { ok: false, message: 'must be a list of names of letters, digits, dots, dashes and commas' };
}

/** e.g. `spidev1,1`. */
const NAME = /^[\w][\w.,-]*$/;

function namesIn({ ssdt }: Readonly<Record<string, unknown>>): readonly string[] {
  if (!Array.isArray(ssdt)) return [];
  const names: unknown[] = ssdt;
  return names.filter((name) => typeof name === 'string').filter((name) => NAME.test(name));
}

function parse(text: string | null): Readonly<Record<string, unknown>> {
  if (text === null) return {};
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BootFileInvalidError('configfs.json', 'it is not a JSON object');
  }
  return { ...value };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
