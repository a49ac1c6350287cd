import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isStaticProgram } from './is-static-program.ts';

/** A 64-bit, little-endian ELF file with program headers of these types. */
function elf(...types: number[]): Buffer {
  const file = Buffer.alloc(64 + types.length * 56);
  file.write('\u007fELF\u0002\u0001', 'latin1');
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(types.length, 56);
  types.forEach((type, index) => file.writeUInt32LE(type, 64 + index * 56));
  return file;
}

describe('isStaticProgram', () => {
  it.each([
    ['a static program', elf(1, 1, 7), true],
    ['one that names its linker', elf(6, 3, 1), false],
    ['a script', Buffer.from(`#!/bin/sh\n${'x'.repeat(100)}`), false],
    ['a file that is cut off', elf(1).subarray(0, 66), false],
    ['an empty file', Buffer.alloc(0), false],
  ])('judges %s', async (_, content, expected) => {
    const folder = await mkdtemp(join(tmpdir(), 'elf-'));
    await writeFile(join(folder, 'program'), content);
    expect(await isStaticProgram(join(folder, 'program'))).toBe(expected);
    await rm(folder, { recursive: true });
  });

  it('judges the programs of this machine', async () => {
    expect(await isStaticProgram(process.execPath)).toBe(false);
    expect(await isStaticProgram('/none')).toBe(false);
    expect(await isStaticProgram('/')).toBe(false);
  });
});
