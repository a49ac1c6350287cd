import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BuiltImage } from '@device-supervisor/image';

const command = promisify(execFile);

/**
 * Builds of the same sources that stand in for other releases, of which there are none yet: the program is changed after
 * it was bundled.
 */
export interface OtherBuild {
  readonly version: string;
  /**
   * The schema of its database: `same`; `previous`, one migration less, which is what the commits before that migration
   * made; `next`, one migration more, which is invented.
   */
  readonly schema: 'same' | 'previous' | 'next';
}

/** The last migration, as a bundle has it. */
const LAST_MIGRATION = /,`\s*CREATE TABLE target_states_of_any_type[^`]*`\]/;
const NEXT_MIGRATION = '"CREATE TABLE of_the_next_version (name TEXT NOT NULL) STRICT;"';

/** Puts another build beside the archive of an image, as an archive of its own. @returns its path */
export async function writeOtherBuild(
  image: BuiltImage,
  { endpoint, folder, build }: { readonly endpoint: string; readonly folder: string; readonly build: OtherBuild },
): Promise<string> {
  const context = join(folder, build.version);
  await mkdir(context, { recursive: true });
  const docker = async (...words: string[]): Promise<string> =>
    (await command('docker', ['-H', endpoint, ...words], { maxBuffer: 1e8 })).stdout.trim();
  await docker('load', '--input', image.archive);
  const container = await docker('create', image.reference);
  const program = join(context, 'program.cjs');
  await docker('cp', `${container}:/usr/lib/supervisor/program.cjs`, program);
  await docker('rm', container);
  await writeFile(program, changed(await readFile(program, 'utf8'), build));
  await writeFile(join(context, 'Dockerfile'), `FROM ${image.reference}\nCOPY program.cjs /usr/lib/supervisor/\n`);
  const reference = `device-supervisor:${build.version}-amd64`;
  await docker('build', '--quiet', '--network', 'none', '--tag', reference, context);
  const archive = join(context, 'device-supervisor-amd64.tar');
  await docker('save', '--output', archive, reference);
  return archive;
}

function changed(program: string, { version, schema }: OtherBuild): string {
  const named = replaceOnce(program, /version:"\d+\.\d+\.\d+"(?=,commit:)/, `version:"${version}"`);
  switch (schema) {
    case 'same':
      return named;
    case 'previous':
      return replaceOnce(named, LAST_MIGRATION, ']');
    case 'next':
      return replaceOnce(named, LAST_MIGRATION, (found) => `${found.slice(0, -1)},${NEXT_MIGRATION}]`);
  }
}

/** @throws when the bundle does not look as it did when this was written */
function replaceOnce(text: string, pattern: RegExp, by: string | ((found: string) => string)): string {
  const found = pattern.exec(text)?.[0];
  if (found === undefined) throw new Error(`the bundle has nothing like ${String(pattern)}`);
  return text.replace(found, () => (typeof by === 'string' ? by : by(found)));
}
