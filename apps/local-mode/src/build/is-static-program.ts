import { open, type FileHandle } from 'node:fs/promises';

/** The part of an ELF file's head that names the program which links it when it is started. */
const INTERPRETER = 3;
/** Bytes that the longer of the two headers takes. */
const HEADER_LENGTH = 64;

/** Whether a file is a Linux program that needs no libraries. False when it is not there, or is no program. */
export async function isStaticProgram(path: string): Promise<boolean> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
  try {
    const types = (await file.stat()).isFile() ? await programHeaderTypes(file) : null;
    return types !== null && !types.includes(INTERPRETER);
  } finally {
    await file.close();
  }
}

/** `null`: it is no ELF file, or a damaged one. */
async function programHeaderTypes(file: FileHandle): Promise<readonly number[] | null> {
  const header = await read(file, 0, HEADER_LENGTH);
  if (header === null || header.toString('latin1', 0, 4) !== '\u007fELF') return null;
  const is64 = header[4] === 2;
  const isLittle = header[5] === 1;
  const short = (offset: number): number => (isLittle ? header.readUInt16LE(offset) : header.readUInt16BE(offset));
  const word = (bytes: Buffer, offset: number): number =>
    isLittle ? bytes.readUInt32LE(offset) : bytes.readUInt32BE(offset);
  const long = (offset: number): number =>
    Number(isLittle ? header.readBigUInt64LE(offset) : header.readBigUInt64BE(offset));
  const table = is64 ? long(32) : word(header, 28);
  const size = short(is64 ? 54 : 42);
  const count = short(is64 ? 56 : 44);
  const types: number[] = [];
  for (let index = 0; index < count; index++) {
    const type = await read(file, table + index * size, 4);
    if (type === null) return null;
    types.push(word(type, 0));
  }
  return types;
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer | null> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  return bytesRead === length ? buffer : null;
}
