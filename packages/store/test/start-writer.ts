import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Writer {
  /** Resolves when it has committed this many numbers. */
  committed(count: number): Promise<void>;
  /** Kills it at once, and resolves with the last number that it told. */
  kill(): Promise<number>;
}

/** Starts `write-loop.ts` on a database. */
export function startWriter(path: string): Writer {
  const program = fileURLToPath(new URL('write-loop.ts', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, ['--conditions=@device-supervisor/source', program, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'close');
  const numbers: number[] = [];
  const waiting = new Set<() => void>();
  if (child.stdout === null) throw new Error('no pipe');
  createInterface({ input: child.stdout }).on('line', (line) => {
    numbers.push(Number(line));
    for (const look of waiting) look();
  });
  return {
    committed(count) {
      return new Promise((resolve, reject) => {
        const look = () => {
          if (numbers.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        exited.then(() => reject(new Error(`it ended after ${numbers.length} numbers`)), reject);
      });
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
      return numbers.at(-1) ?? 0;
    },
  };
}
