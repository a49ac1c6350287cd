import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { ensureEmulator } from './emulator.ts';
import { ImageBuildError } from './errors.ts';
import { NAMES, NODE, PROGRAM_FOLDER, type Architecture } from './image-definition.ts';
import type { ImageEntries, ImageEntry } from './select-files.ts';
import { writeEntries } from './write-entries.ts';

const run = promisify(execFile);

/** The function around the program, which is run as a script: the same as Node.js puts around a module. */
const WRAPPER = ['(function(exports,require,module,__filename,__dirname){', '\n})'] as const;

/** For code that is the same each time: no random seed, and memory for a start without a collection of garbage. */
const REPRODUCIBLE = [
  '--hash-seed=7',
  '--initial-old-space-size=1000',
  '--min-semi-space-size=128',
  '--max-semi-space-size=128',
];

export interface CompileOptions {
  readonly architecture: Architecture;
  /** The image, without the program. */
  readonly entries: ImageEntries;
  /** The bundle. */
  readonly program: Uint8Array;
  /** Folder that keeps what was downloaded. */
  readonly cache: string;
}

/**
 * The program as the image has it: what starts it, itself, and the code of what its start runs. It is compiled by the
 * Node.js of the image; for an architecture whose programs cannot be run here it comes without code.
 *
 * @throws ImageBuildError
 */
export async function compileProgram({ program, entries, ...options }: CompileOptions): Promise<ImageEntries> {
  const [before, after] = WRAPPER;
  const wrapped = Buffer.concat([Buffer.from(before), program, Buffer.from(after)]);
  const files: ImageEntries = new Map([
    [`${PROGRAM_FOLDER}/main.cjs`, file(await readFile(join(SCRIPTS, 'main.cjs')))],
    [`${PROGRAM_FOLDER}/program.cjs`, file(wrapped)],
  ]);
  const code = await codeOf(new Map([...entries, ...files]), options);
  if (code !== null) files.set(`${PROGRAM_FOLDER}/program.${crc32(wrapped).toString(16)}.cache`, file(code));
  return files;
}

const SCRIPTS = resolve(import.meta.dirname, '../program');

async function codeOf(
  entries: ImageEntries,
  { architecture, cache }: Pick<CompileOptions, 'architecture' | 'cache'>,
): Promise<Uint8Array | null> {
  const folder = await mkdtemp(join(tmpdir(), 'compile-'));
  try {
    const root = join(folder, 'root');
    const command = await commandFor(architecture, { root, cache });
    if (command === null) return null;
    await writeEntries(entries, root);
    const boot = join(folder, 'boot');
    await mkdir(boot);
    await writeFile(join(boot, 'config.json'), '{}');
    const [node, ...args] = command;
    const [program, code] = [`${PROGRAM_FOLDER}/program.cjs`, join(folder, 'code')];
    const [started] = await Promise.allSettled([
      run(
        node,
        [...args, ...REPRODUCIBLE, join(SCRIPTS, 'compile.cjs'), join(root, program), `/${program}`, code, 'run'],
        {
          // With a database that cannot be opened: it ends by itself, after it has loaded everything.
          env: { HOST_CONTROL: 'off', BOOT_MOUNTPOINT: boot, DATABASE_PATH: '/dev/null/database.sqlite' },
        },
      ),
    ]);
    const [written] = await Promise.allSettled([readFile(code)]);
    if (written.status === 'fulfilled') return written.value;
    throw new ImageBuildError('compile', 'the program of the image does not start', {
      cause: started.status === 'rejected' ? started.reason : written.reason,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `null`: its programs cannot be run on this machine. */
async function commandFor(
  architecture: Architecture,
  { root, cache }: { readonly root: string; readonly cache: string },
): Promise<readonly [string, ...string[]] | null> {
  const node = join(root, NODE);
  if (process.arch === NAMES[architecture].node) return [node];
  return architecture === 'arm64' ? [await ensureEmulator(cache), '-L', root, node] : null;
}

function file(bytes: Uint8Array): ImageEntry {
  return { kind: 'file', bytes, executable: false };
}
