import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCommandRunner } from '../command-runner.ts';
import { missingCapabilities, wrapperScript } from './runtime-wrapper.ts';

describe('missingCapabilities', () => {
  it.each([
    ['000001ffffffffff', []],
    ['000001fffeffffff', ['CAP_SYS_RESOURCE']],
    ['0000003fffffffff', ['CAP_PERFMON', 'CAP_BPF', 'CAP_CHECKPOINT_RESTORE']],
  ])('%s', (bounding, expected) => {
    expect(missingCapabilities(`Name:\tnode\nCapBnd:\t${bounding}\nCapAmb:\t0\n`)).toEqual(expected);
  });
});

describe('wrapperScript', () => {
  let directory: string;
  let runtime: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "it's a wrapper-"));
    runtime = join(directory, 'runc');
    await writeFile(runtime, '#!/bin/sh\nfor each in "$@"; do echo "[$each]"; done\n', { mode: 0o755 });
    await writeFile(join(directory, 'wrapper'), wrapperScript(['CAP_SYS_RESOURCE', 'CAP_BPF'], runtime), {
      mode: 0o755,
    });
  });

  afterEach(() => rm(directory, { recursive: true }));

  const configuration = (...capabilities: readonly string[]) => ({
    process: {
      args: ['capsh', 'CAP_SYS_RESOURCE'],
      env: ['X="capabilities":{"bounding":["CAP_SYS_RESOURCE"]}'],
      capabilities: { bounding: capabilities, effective: capabilities, ambient: [] },
    },
    annotations: { name: 'CAP_SYS_RESOURCE' },
  });

  it.each([
    ['create', '--bundle', 'config.json'],
    ['exec', '--process', ''],
  ])('takes the capabilities out of what %s is given', async (command, option, file) => {
    const path = join(directory, 'config.json');
    const given = configuration('CAP_SYS_RESOURCE', 'CAP_CHOWN', 'CAP_BPF');
    await writeFile(path, JSON.stringify(given));
    const parameters = [command, option, file === '' ? path : directory, 'id with  blanks'];
    const output = await createCommandRunner({}).run(join(directory, 'wrapper'), parameters);
    expect(output).toBe(parameters.map((each) => `[${each}]\n`).join(''));
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(configuration('CAP_CHOWN'));
  });

  it.each([[['CAP_BPF']], [['CAP_SYS_RESOURCE', 'CAP_BPF']], [['CAP_CHOWN']], [[]]])(
    'leaves valid JSON: %s',
    async (given) => {
      const path = join(directory, 'process.json');
      await writeFile(path, JSON.stringify(configuration(...given)));
      await createCommandRunner({}).run(join(directory, 'wrapper'), ['exec', '--process', path, 'id']);
      expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(
        configuration(...given.filter((each) => each === 'CAP_CHOWN')),
      );
    },
  );

  it('fails when the file cannot be changed', async () => {
    const running = createCommandRunner({}).run(join(directory, 'wrapper'), [
      'exec',
      '--process',
      join(directory, 'gone'),
    ]);
    await expect(running).rejects.toMatchObject({ code: 'COMMAND_FAILED' });
  });
});
