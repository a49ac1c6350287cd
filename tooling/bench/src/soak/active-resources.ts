import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@device-supervisor/testbed';
import * as z from 'zod';

/** Asks a program on Node.js what keeps it alive. Disposing of it removes its files. */
export interface ActiveResources extends AsyncDisposable {
  /** The variables for its start. */
  readonly environment: Readonly<Record<string, string>>;
  /** @returns names of Node.js, such as `Timeout` and `TCPServerWrap`, one for each resource */
  read(pid: number): Promise<string[]>;
}

const Names = z.array(z.string());

/** A module that the program loads before its own: it writes the names into a file when a signal asks for them. */
export async function openActiveResources(): Promise<ActiveResources> {
  const folder = await mkdtemp(join(tmpdir(), 'active-resources-'));
  const [script, report] = [join(folder, 'report.cjs'), join(folder, 'report.json')];
  await writeFile(
    script,
    `const { renameSync, writeFileSync } = require('node:fs');
process.on('SIGUSR2', () => {
  const names = JSON.stringify(process.getActiveResourcesInfo());
  writeFileSync(${JSON.stringify(`${report}.part`)}, names);
  renameSync(${JSON.stringify(`${report}.part`)}, ${JSON.stringify(report)});
});
`,
  );
  return {
    environment: { NODE_OPTIONS: `--require=${script}` },
    async read(pid) {
      await rm(report, { force: true });
      process.kill(pid, 'SIGUSR2');
      const names = await waitFor('the report of active resources', () => readFile(report, 'utf8'));
      return Names.parse(JSON.parse(names));
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
