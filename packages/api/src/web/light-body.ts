/** The content of a request or an answer. */
export type BodySource = string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;

/** A body that becomes a stream only for those who ask for one. */
export abstract class LightBody {
  #source: BodySource;
  #wasRead = false;

  constructor(source: BodySource) {
    this.#source = source;
  }

  get body(): ReadableStream | null {
    if (typeof this.#source === 'string' || this.#source instanceof Uint8Array) {
      this.#source = streamOf(bytesOf(this.#source), this.#wasRead);
    }
    return this.#source;
  }

  get bodyUsed(): boolean {
    return this.#wasRead || (this.#source instanceof ReadableStream && this.#source.locked);
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const content = this.takeContent();
    if (content === null) return new Uint8Array();
    return content instanceof ReadableStream ? await collect(content) : bytesOf(content);
  }

  /** The content, as the text that it was made from if that is short. @throws TypeError when it has been read */
  async shortTextOrBytes(): Promise<string | Uint8Array<ArrayBuffer>> {
    if (typeof this.#source !== 'string' || this.#source.length > SHORT_TEXT) return await this.bytes();
    const text = this.#source;
    this.takeContent();
    return text;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const { buffer, byteOffset, byteLength } = await this.bytes();
    return buffer.slice(byteOffset, byteOffset + byteLength);
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async blob(): Promise<Blob> {
    return new Blob([await this.bytes()]);
  }

  /** @throws TypeError always: nothing here takes forms */
  async formData(): Promise<FormData> {
    throw new TypeError('the body is not a form');
  }

  /** The content for its only reader. @throws TypeError when it has been read */
  takeContent(): BodySource {
    if (this.bodyUsed) throw new TypeError('the body has been read already');
    if (this.#source !== null) this.#wasRead = true;
    return this.#source;
  }

  /** The content for one more reader. @throws TypeError when it has been read */
  protected copyContent(): BodySource {
    if (this.bodyUsed) throw new TypeError('the body has been read already');
    if (!(this.#source instanceof ReadableStream)) return this.#source;
    const [own, copy] = this.#source.tee();
    this.#source = own;
    return copy;
  }
}

/** Characters; of a long text there are no more copies than needed. */
const SHORT_TEXT = 16_384;

function bytesOf(content: string | Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return typeof content === 'string' ? Buffer.from(content) : content;
}

function streamOf(bytes: Uint8Array, wasRead: boolean): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      if (!wasRead && bytes.byteLength > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
}

async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
