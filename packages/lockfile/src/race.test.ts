import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countLines, takeTurns, type Contender } from '../test/take-turns.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../test/temporary-directory.ts';
import { createUpdateLocks, LOCK_NAMES } from './index.ts';

let temporary: TemporaryDirectory;
let stopFile: string;
let contenders: ContendingProcess[];
beforeEach(() => {
  temporary = createTemporaryDirectory();
  stopFile = temporary.elsewhere;
  contenders = [];
});
afterEach(async () => {
  await stopContenders();
  temporary[Symbol.dispose]();
});

interface ContendingProcess extends Contender {
  readonly closed: Promise<unknown>;
}

function contend(way: string, lock: string): void {
  const script = fileURLToPath(new URL('../test/contender.sh', import.meta.url));
  const child = spawn('sh', [script, way, lock, stopFile], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = new Map<string, number>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => countLines(lines, text));
  contenders.push({ way, lines, closed: once(child, 'close') });
}

async function stopContenders(): Promise<void> {
  writeFileSync(stopFile, '');
  await Promise.all(contenders.map(({ closed }) => closed));
}

const hasProcmail = spawnSync('lockfile', ['-v']).error === undefined;
const ways = ['mkdir', 'open', 'link', 'symlink', ...(hasProcmail ? ['lockfile'] : [])];

const races: [string, string[]][] = [
  ...ways.map((way): [string, string[]] => [way, [way, way]]),
  ['every way at once', ways],
];

describe.each(LOCK_NAMES)('services that race for %s', (name) => {
  it.each(races)('never hold it together with us: %s', async (_, racing) => {
    await using locks = createUpdateLocks({ directory: temporary.directory, holder: 'device-supervisor' });
    await locks.prepare(1, ['web']);
    for (const way of racing) contend(way, temporary.lock(1, 'web', name));
    const { violations, refusals } = await takeTurns(locks, temporary.service(1, 'web'), contenders);
    await stopContenders();
    expect(violations).toBe(0);
    expect(refusals).toEqual(refusals.map(() => [{ appId: 1, service: 'web' }]));
    expect(contenders.filter(({ lines }) => lines.has('violation'))).toEqual([]);
    expect(readdirSync(temporary.service(1, 'web'))).toEqual([]);
    expect(temporary.litter()).toEqual([]);
  });
});
