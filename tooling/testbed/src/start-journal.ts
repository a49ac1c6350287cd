import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { createCommandRunner } from '@device-supervisor/local-engine';
import { waitFor } from './wait-for.ts';

/** A real journald of this namespace, which engines and containers write to and `journalctl` reads. */
export interface TestJournal extends AsyncDisposable {
  /** Writes an entry in the journal's own protocol. */
  write(fields: Readonly<Record<string, string>>): Promise<void>;
  /** Messages of the entries that these fields have. */
  read(match: string): Promise<string[]>;
  /** Forgets everything that was written so far, as a journal does that has become too large. */
  vacuum(): Promise<void>;
}

const SOCKET_DIRECTORY = '/run/systemd/journal';
const JOURNALS = '/run/log/journal';

/** Needs a `/run` of its own. Start it before the engine. */
export async function startJournal(): Promise<TestJournal> {
  const { run } = createCommandRunner(process.env);
  await mkdir(SOCKET_DIRECTORY, { recursive: true });
  const daemon = spawn('/lib/systemd/systemd-journald', { stdio: 'ignore' });
  const exit = once(daemon, 'exit');
  await waitFor('the journal', () => run('journalctl', ['--lines=1', '--output=cat', '--quiet']), {
    until: (lines) => lines.trim() !== '',
  });
  return {
    async write(fields) {
      const logger = spawn('/usr/bin/logger', ['--journald'], { stdio: ['pipe', 'ignore', 'pipe'] });
      const stderr = text(logger.stderr);
      // More lines of a message are more fields of its name.
      const lines = Object.entries(fields).flatMap(([name, value]) =>
        value.split('\n').map((line) => `${name}=${line}`),
      );
      logger.stdin.end(`${lines.join('\n')}\n`);
      const code = await new Promise<number | null>((resolve) => {
        logger.once('exit', resolve);
      });
      if (code !== 0) throw new Error(`logger ended with exit code ${code}: ${await stderr}`);
    },
    async read(match) {
      const lines = await run('journalctl', ['--output=cat', '--quiet', '--all', match]);
      return lines.split(/\r?\n/).filter((line) => line !== '');
    },
    async vacuum() {
      await run('journalctl', ['--rotate', '--vacuum-files=1']);
    },
    async [Symbol.asyncDispose]() {
      daemon.kill();
      await exit;
      await rm(SOCKET_DIRECTORY, { recursive: true, force: true });
      await rm(JOURNALS, { recursive: true, force: true });
    },
  };
}
