import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCommandRunner } from './command-runner.ts';
import { CommandFailedError } from './errors.ts';

describe('createCommandRunner', () => {
  it('finds programs in the PATH first, and in the directories of the system', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'commands-'));
    try {
      await writeFile(join(directory, 'sh'), '#!/bin/sh\n', { mode: 0o755 });
      await writeFile(join(directory, 'cat'), 'not executable', { mode: 0o644 });
      const commands = createCommandRunner({ PATH: directory });
      expect(await commands.find('sh')).toBe(join(directory, 'sh'));
      expect(await commands.find('cat')).toMatch(/^\/(?:usr\/)?bin\/cat$/);
      expect(await commands.find('no-such-program')).toBeUndefined();
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('passes on how to reach the network and when to collect garbage, and no secrets', async () => {
    const commands = createCommandRunner({ HTTPS_PROXY: 'http://proxy:3128', GOGC: '800', API_KEY: 'secret' });
    const variables = (await commands.run('env', [], { environment: { EXTRA: '1' } })).trimEnd().split('\n');
    expect(
      variables
        .map((line) => line.replace(/=.*/, ''))
        .filter((name) => !['PWD', 'SHLVL', '_'].includes(name))
        .toSorted(),
    ).toEqual(['EXTRA', 'GOGC', 'HTTPS_PROXY', 'LC_ALL', 'PATH']);
  });

  it('returns the output, and tells each line as it comes', async () => {
    const lines: string[] = [];
    const output = await createCommandRunner({}).run('sh', ['-c', 'cat; echo warning >&2'], {
      input: 'one\ntwo\n',
      onLine: (line) => lines.push(line),
    });
    expect(output).toBe('one\ntwo\n');
    expect(lines.toSorted()).toEqual(['one', 'two', 'warning']);
  });

  it('fails with the exit code and the end of the output', async () => {
    const failure = createCommandRunner({}).run('sh', ['-c', 'seq 100; echo broken >&2; exit 3']);
    await expect(failure).rejects.toThrow(CommandFailedError);
    await expect(failure).rejects.toMatchObject({
      details: { exitCode: 3, output: expect.stringContaining('broken') },
    });
    await expect(failure).rejects.toMatchObject({ details: { output: expect.not.stringMatching(/^1\n/) } });
  });

  it('does not mind a program that ignores its input', async () => {
    await expect(createCommandRunner({}).run('true', [], { input: 'x'.repeat(1 << 20) })).resolves.toBe('');
  });

  it('interrupts the program when given up', async () => {
    const controller = new AbortController();
    const running = createCommandRunner({}).run(
      'sh',
      ['-c', 'trap "exit 5" INT; echo ready; while :; do sleep 0.01; done'],
      {
        signal: controller.signal,
        onLine: () => controller.abort(new Error('changed my mind')),
      },
    );
    await expect(running).rejects.toThrow('changed my mind');
  });

  it('says when there is no such program', async () => {
    await expect(createCommandRunner({}).run('no-such-program', [])).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
