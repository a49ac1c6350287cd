import { LightBody, type BodySource } from './light-body.ts';
import { LightHeaders } from './light-headers.ts';

/** An answer, like the platform's. */
export class LightResponse extends LightBody implements Response {
  readonly status: number;
  readonly statusText: string;
  readonly headers: LightHeaders;
  readonly type = 'default';
  readonly url = '';
  readonly redirected = false;

  /** @throws RangeError, TypeError when it cannot be sent */
  constructor(body: BodySource | ArrayBuffer | undefined = null, init: ResponseInit = {}) {
    const { status = 200, statusText = '' } = init;
    if (!Number.isInteger(status) || status < 200 || status > 599) throw new RangeError(`no status: ${status}`);
    if (body !== null && EMPTY.has(status)) throw new TypeError(`an answer with status ${status} has no body`);
    super(body instanceof ArrayBuffer ? new Uint8Array(body) : body);
    this.status = status;
    this.statusText = statusText;
    this.headers = new LightHeaders(init.headers);
    if (typeof body === 'string' && !this.headers.has('content-type')) {
      this.headers.set('content-type', 'text/plain;charset=UTF-8');
    }
  }

  static json(value: unknown, init: ResponseInit = {}): LightResponse {
    const headers = new LightHeaders(init.headers);
    if (!headers.has('content-type')) headers.set('content-type', 'application/json');
    return new LightResponse(JSON.stringify(value), { ...init, headers });
  }

  static redirect(url: string | URL, status = 302): LightResponse {
    return new LightResponse(null, { status, headers: { location: String(url) } });
  }

  static error(): LightResponse {
    return new LightResponse(null, { status: 500 });
  }

  get ok(): boolean {
    return this.status < 300;
  }

  clone(): LightResponse {
    return new LightResponse(this.copyContent(), this);
  }
}

/** Statuses of answers without a body. */
const EMPTY: ReadonlySet<number> = new Set([204, 205, 304]);
