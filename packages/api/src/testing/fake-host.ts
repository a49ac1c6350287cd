import type { HeldLock, HoldRequest, HoldResult, ReleaseResult } from '@device-supervisor/update-locks';
import type {
  PageFiles,
  DeviceTag,
  DeviceTags,
  ForceOptions,
  Host,
  HostConfigDocument,
  JournalRequest,
  ServiceLocks,
} from '../ports.ts';

/** A host that notes its calls and answers what the test sets. */
export class FakeHost implements Host {
  readonly actions: string[] = [];
  /** Thrown by everything that can fail. */
  failure: Error | null = null;
  document: HostConfigDocument = { network: { hostname: 'bench' } };
  readonly patches: { readonly patch: unknown; readonly force: boolean }[] = [];
  readonly journalRequests: JournalRequest[] = [];
  /** Journals that are open now. */
  journalsOpen = 0;
  /** The lines of the journal; a reader that follows waits for more. */
  lines: readonly string[] = ['Nov 24 06:00:00 bench kernel: hello\n'];

  readonly power = {
    reboot: async (options: ForceOptions): Promise<void> => this.#act(`reboot${describeForce(options)}`),
    shutdown: async (options: ForceOptions): Promise<void> => this.#act(`shutdown${describeForce(options)}`),
  };

  readonly config = {
    get: async (): Promise<HostConfigDocument> => {
      if (this.failure !== null) throw this.failure;
      return this.document;
    },
    patch: async (patch: unknown, { force }: ForceOptions): Promise<void> => {
      if (this.failure !== null) throw this.failure;
      this.patches.push({ patch, force });
    },
  };

  readonly journal = {
    stream: (query: JournalRequest, signal: AbortSignal): AsyncIterable<Uint8Array> => this.#stream(query, signal),
  };

  blink(): void {
    this.#act('blink');
  }

  async vpn(): Promise<{ enabled: boolean; connected: boolean }> {
    if (this.failure !== null) throw this.failure;
    return { enabled: true, connected: false };
  }

  addresses(): { ip: readonly string[]; mac: readonly string[] } {
    return { ip: ['192.0.2.7', '2001:db8::7'], mac: ['02:00:00:00:00:07'] };
  }

  #act(action: string): void {
    if (this.failure !== null) throw this.failure;
    this.actions.push(action);
  }

  async *#stream(query: JournalRequest, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (this.failure !== null) throw this.failure;
    this.journalRequests.push(query);
    this.journalsOpen++;
    try {
      for (const line of this.lines) yield Buffer.from(line);
      if (query.follow !== true || signal.aborted) return;
      const ended = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => ended.resolve());
      await ended.promise;
    } finally {
      this.journalsOpen--;
    }
  }
}

export class FakeTags implements DeviceTags {
  failure: Error | null = null;
  readonly sent: Readonly<Record<string, string>>[] = [];

  async list(): Promise<readonly DeviceTag[]> {
    if (this.failure !== null) throw this.failure;
    return [{ id: 188_303, name: 'DeviceLocation', value: 'warehouse #3' }];
  }

  async set(tags: Readonly<Record<string, string>>): Promise<void> {
    if (this.failure !== null) throw this.failure;
    this.sent.push(tags);
  }
}

/** Locks without a clock: they end when they are released. */
export class FakeServiceLocks implements ServiceLocks {
  held: readonly HeldLock[] = [];

  async holders(appId: number, services: readonly string[]): Promise<readonly HeldLock[]> {
    return this.held.filter((lock) => lock.appId === appId && services.includes(lock.service));
  }

  hold({ appId, service, holder, reason, timeToLive }: HoldRequest): HoldResult {
    const known = this.#find(appId, service);
    if (known?.terms !== undefined && known.terms.holder !== holder) return { status: 'taken', terms: known.terms };
    const terms = { holder, reason, expiresAt: NOW + timeToLive };
    this.held = [...this.held.filter((one) => one !== known), { appId, service, terms }];
    return { status: 'held', terms };
  }

  release({ appId, service, holder }: Pick<HoldRequest, 'appId' | 'service' | 'holder'>): ReleaseResult {
    const known = this.#find(appId, service);
    if (known?.terms === undefined) return { status: 'free' };
    if (known.terms.holder !== holder) return { status: 'taken', terms: known.terms };
    this.held = this.held.filter((one) => one !== known);
    return { status: 'released' };
  }

  #find(appId: number, service: string): HeldLock | undefined {
    return this.held.find((one) => one.appId === appId && one.service === service);
  }
}

const NOW = Date.parse('2026-11-24T06:00:00Z');

/** A page of which every file has the same content. */
export const FAKE_PAGE: PageFiles = {
  read: async (name) => ({
    bytes: new TextEncoder().encode('<!doctype html>'),
    contentType: name === 'index.html' ? 'text/html; charset=UTF-8' : 'text/javascript; charset=UTF-8',
    isGzip: false,
    isImmutable: false,
  }),
};

function describeForce({ force, forcedApp }: ForceOptions): string {
  if (!force) return '';
  return forcedApp === undefined ? ' force' : ` force of ${forcedApp}`;
}
