/**
 * Bytes that come in pieces, without a second copy of them. They lie outside of the heap, and their memory can be given back
 * before the runtime collects garbage.
 */
export class GatheredBytes {
  #buffer: ArrayBuffer;

  /** @param limit the most bytes that come: addresses are reserved for them, and memory is taken as they come */
  constructor(limit: number) {
    this.#buffer = new ArrayBuffer(0, { maxByteLength: limit });
  }

  /** Those that came so far; valid until `free`. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer);
  }

  /** @throws RangeError beyond the limit */
  add(piece: Uint8Array): void {
    const start = this.#buffer.byteLength;
    this.#buffer.resize(start + piece.byteLength);
    new Uint8Array(this.#buffer).set(piece, start);
  }

  /** Gives the memory back. */
  free(): void {
    this.#buffer = this.#buffer.transferToFixedLength(0);
  }
}
