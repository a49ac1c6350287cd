import type { BackedUpFile } from '@device-supervisor/durable-file';

/** A text file on the boot partition. One character is one byte, so bytes that are no text we know are kept. */
export interface TextFile {
  /** `null`: it is not there. */
  read(): Promise<string | null>;
  /** @param edit from the current text to the new one; an equal one is not written. */
  update(edit: (current: string | null) => string): Promise<void>;
}

export function textFile(file: BackedUpFile): TextFile {
  return {
    async read() {
      const { bytes } = await file.read();
      return bytes === null ? null : decode(bytes);
    },
    async update(edit) {
      await file.update((bytes) => Buffer.from(edit(bytes === null ? null : decode(bytes)), 'latin1'));
    },
  };
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
