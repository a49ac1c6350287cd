import { validateHeaderName, validateHeaderValue, type IncomingHttpHeaders } from 'node:http';

/** The sources that the platform makes headers from. */
export type HeadersInit = NonNullable<ResponseInit['headers']>;

/** Headers of a request or an answer, like the platform's. Names are in lower case. */
export class LightHeaders implements Headers {
  /** All but `set-cookie`, which alone may come more than once. */
  readonly #values = new Map<string, string>();
  #cookies: readonly string[] = [];

  /** @throws TypeError when a name or a value cannot be sent */
  constructor(init?: HeadersInit) {
    if (init === undefined) return;
    if (init instanceof LightHeaders) {
      for (const [name, value] of init.#values) this.#values.set(name, value);
      this.#cookies = init.#cookies;
      return;
    }
    for (const [name, value] of pairsOf(init)) this.append(name, value);
  }

  /** The headers of a request that Node.js has read, and checked. */
  static received(received: IncomingHttpHeaders): LightHeaders {
    const headers = new LightHeaders();
    for (const name in received) {
      const value = received[name];
      if (typeof value === 'string') headers.#values.set(name, value);
      else if (value !== undefined) headers.#cookies = value;
    }
    return headers;
  }

  get(name: string): string | null {
    const key = name.toLowerCase();
    if (key === COOKIE) return this.#cookies.length === 0 ? null : this.#cookies.join(', ');
    return this.#values.get(key) ?? null;
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  getSetCookie(): string[] {
    return [...this.#cookies];
  }

  set(name: string, value: string): void {
    const key = checkedName(name);
    const text = checkedValue(key, value);
    if (key === COOKIE) this.#cookies = [text];
    else this.#values.set(key, text);
  }

  append(name: string, value: string): void {
    const key = checkedName(name);
    const text = checkedValue(key, value);
    const before = this.#values.get(key);
    if (key === COOKIE) this.#cookies = [...this.#cookies, text];
    else this.#values.set(key, before === undefined ? text : `${before}, ${text}`);
  }

  delete(name: string): void {
    const key = name.toLowerCase();
    if (key === COOKIE) this.#cookies = [];
    else this.#values.delete(key);
  }

  /** By name. */
  *entries(): Generator<[string, string], undefined> {
    const names = [...this.#values.keys(), ...(this.#cookies.length === 0 ? [] : [COOKIE])].sort();
    for (const name of names) {
      if (name !== COOKIE) yield [name, this.#values.get(name) ?? ''];
      else for (const cookie of this.#cookies) yield [name, cookie];
    }
  }

  *keys(): Generator<string, undefined> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): Generator<string, undefined> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): Generator<[string, string], undefined> {
    return this.entries();
  }

  forEach(visit: (value: string, name: string, headers: Headers) => void, self?: unknown): void {
    for (const [name, value] of this.entries()) Reflect.apply(visit, self, [value, name, this]);
  }

  /** As Node.js takes them, in the order in which they were set. */
  toRecord(): Record<string, string | string[]> {
    const record: Record<string, string | string[]> = Object.fromEntries(this.#values);
    if (this.#cookies.length > 0) record[COOKIE] = [...this.#cookies];
    return record;
  }
}

const COOKIE = 'set-cookie';

function* pairsOf(init: HeadersInit): Generator<readonly [string, string]> {
  if (Array.isArray(init)) {
    for (const [name = '', value = ''] of init) yield [name, value];
  } else if (isHeaders(init)) yield* init.entries();
  else for (const [name, value] of Object.entries(init)) yield [name, String(value)];
}

function isHeaders(init: object): init is Headers {
  return Symbol.iterator in init;
}

function checkedName(name: string): string {
  validateHeaderName(name);
  return name.toLowerCase();
}

function checkedValue(name: string, value: string): string {
  const text = value.trim();
  validateHeaderValue(name, text);
  return text;
}
