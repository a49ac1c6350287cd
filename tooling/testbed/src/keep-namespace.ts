/**
 * Keeps the namespaces of one run: `keep-namespace.ts <id> <memory|disk> <command>…`, started by the launcher. When the command ends,
 * or standard input does because the launcher was killed, it ends everything in the namespaces, and removes the run's
 * cgroups and temporary directory. Ends with the command's exit code.
 */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { removeEngineCgroups } from '@device-supervisor/local-engine';
import { startNamespace } from './start-namespace.ts';

/** Bytes of free memory that hold the temporary files of several runs side by side, beside what runs in them. */
const ENOUGH_MEMORY = 16_000_000_000;

const [, , id = '', storage, ...command] = process.argv;
const directory = join(tmpdir(), id);
const artefacts = resolve('.state/artefacts', id);

await mkdir(directory, { mode: 0o700 });
const inMemory = storage === 'memory' && freemem() >= ENOUGH_MEMORY;
const namespace = await startNamespace(command, { id, directory, artefacts, inMemory });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void namespace.terminate());
const launcherGone = once(process.stdin.resume(), 'end');
const code = await Promise.race([namespace.ended, launcherGone.then(() => 1)]);

await namespace.destroy();
const left = await removeEngineCgroups(directory);
await rm(directory, { recursive: true, force: true, maxRetries: 5 });
if (left.length > 0) process.stderr.write(`could not remove ${left.join(', ')}\n`);
if (code === 0) await rm(artefacts, { recursive: true, force: true });
else if (existsSync(artefacts)) process.stderr.write(`Artefacts of the failed run are in ${artefacts}\n`);
process.exit(left.length > 0 ? 1 : code);
