import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCommandRunner, type CommandRunner } from '@device-supervisor/local-engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BusyboxUnavailableError } from '../errors.ts';
import { findBusybox } from './find-busybox.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'busybox-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const signal = new AbortController().signal;

function find(commands: CommandRunner, candidates: readonly string[]): Promise<string> {
  return findBusybox({ commands, directory, candidates, signal, onProgress: () => undefined });
}

/** A machine with these programs, none of which does anything. */
function machineWith(...programs: string[]): CommandRunner & { readonly ran: string[] } {
  const ran: string[] = [];
  return {
    environment: {},
    ran,
    find: async (program) => (programs.includes(program) ? `/usr/bin/${program}` : undefined),
    run: async (program, parameters) => {
      ran.push([program, ...parameters].join(' '));
      return '';
    },
  };
}

/** The `ldd` of this machine, and no other program. */
function machineWithLdd(): CommandRunner {
  const commands = createCommandRunner(process.env);
  return { ...commands, find: (program) => (program === 'ldd' ? commands.find('ldd') : Promise.resolve(undefined)) };
}

describe('findBusybox', () => {
  it('takes the first program that needs no libraries', async () => {
    const script = join(directory, 'script');
    await writeFile(script, '#!/bin/sh\n', { mode: 0o755 });
    await writeFile(join(directory, 'empty'), '');
    const candidates = ['/none', directory, script, join(directory, 'empty'), process.execPath, '/sbin/ldconfig'];
    expect(await find(machineWithLdd(), candidates)).toBe('/sbin/ldconfig');
  });

  it('does not take one that needs libraries', async () => {
    const error = await find(machineWithLdd(), [process.execPath]).catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(BusyboxUnavailableError);
    expect(error).toMatchObject({
      message:
        'the project asks for a static busybox (x-busybox), and this machine has none, nor apt-get to download it',
      hint: expect.stringContaining('apt-get install busybox-static'),
    });
  });

  it("downloads Debian's into its own folder, and says so when it is not in there", async () => {
    const machine = machineWith('apt-get', 'dpkg-deb');
    await expect(find(machine, [])).rejects.toThrow('is not where it should be');
    expect(machine.ran.every((command) => command.includes(directory))).toBe(true);
    expect(machine.ran).toHaveLength(3);
  });

  it('keeps the reason why it cannot be downloaded', async () => {
    const offline: CommandRunner = {
      ...machineWith('apt-get', 'dpkg-deb'),
      run: () => Promise.reject(new Error('no network')),
    };
    await expect(find(offline, [])).rejects.toMatchObject({ cause: new Error('no network') });
  });
});
