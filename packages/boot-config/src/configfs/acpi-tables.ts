import { execFile } from 'node:child_process';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Tables of ACPI that are added to those of the firmware while the kernel runs. */
export interface AcpiTables {
  /** Adds a table of the boot partition by its name, unless it is there. @throws what the file system throws */
  load(name: string): Promise<void>;
}

export interface AcpiTablesOptions {
  /** Directory of the tables, `<name>.aml`. */
  readonly tablesDirectory: string;
  /** Where the kernel takes them, e.g. `/sys/kernel/config/acpi/table`. */
  readonly kernelDirectory: string;
  /** Makes that directory there: loads the module and mounts configfs. */
  readonly prepare?: () => Promise<void>;
}

/** The real ones. The kernel drops them at a reboot. */
export function openAcpiTables({
  tablesDirectory,
  kernelDirectory,
  prepare = prepareConfigfs,
}: AcpiTablesOptions): AcpiTables {
  return {
    async load(name) {
      const aml = await readFile(join(tablesDirectory, `${name}.aml`));
      if (!(await exists(kernelDirectory))) await prepare();
      const table = join(kernelDirectory, name);
      if (await exists(table)) return;
      await mkdir(table);
      await writeFile(join(table, 'aml'), aml);
    },
  };
}

const run = promisify(execFile);

async function prepareConfigfs(): Promise<void> {
  await run('modprobe', ['acpi_configfs']);
  if (!(await exists('/sys/kernel/config/acpi')))
    await run('mount', ['-t', 'configfs', 'configfs', '/sys/kernel/config']);
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
