import type { ClientLocks, HeldLock } from '@device-supervisor/update-locks';

/** The API keys that exist. */
export interface ApiKeys {
  /** The scope of the key; `null`: there is no such key. Called for every request. */
  find(key: string): KeyScope | null;
  /** Puts a new key in the place of one, which is void from then on. `null`: it was not a key. */
  regenerate(key: string): string | null;
}

export type KeyScope =
  /** The cloud's: everything. */
  | { readonly kind: 'global' }
  /** One service's: everything that belongs to its app. */
  | { readonly kind: 'app'; readonly appId: number; readonly serviceName: string };

/** The messages of services and supervisor, as they come. */
export interface LogStream {
  attach(options: LogRequest): LogSubscription;
}

export interface LogRequest {
  /** Which messages are wanted; others take no room in what waits. */
  readonly accepts: (message: LogMessage) => boolean;
}

/**
 * Messages from the moment of attaching on. The source holds unread messages, within bounds. Disposing of it
 * releases what it holds and ends it.
 */
export interface LogSubscription extends AsyncIterable<LogMessage>, Disposable {}

export interface LogMessage {
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** The supervisor's own? */
  readonly isSystem?: boolean;
  readonly isStdErr?: boolean;
  /** Absent: about no app in particular. */
  readonly appId?: number;
  /** Absent: about no service in particular. */
  readonly serviceName?: string;
}

/** The host that the device runs on. A part that a host lacks throws a typed error or does nothing. */
export interface Host {
  readonly power: HostPower;
  readonly config: HostConfig;
  readonly journal: Journal;
  /** Lets a LED blink for 15 s; does nothing without a LED. Does not wait. */
  blink(): void;
  vpn(): Promise<VpnState>;
  /** The device's addresses; called for every `GET /v1/device`. */
  addresses(): HostAddresses;
}

/** Each resolves when the host is certain to do it, and before it does. */
export interface HostPower {
  /** @throws UpdatesLockedError, or another error that names the reason of the refusal */
  reboot(options: ForceOptions): Promise<void>;
  /** @throws as `reboot` does */
  shutdown(options: ForceOptions): Promise<void>;
}

export interface ForceOptions {
  /** Whatever update locks are held, and whatever else prevents it. */
  readonly force: boolean;
  /** Whatever locks services of this app hold, and nothing else. Default: of all apps. */
  readonly forcedApp?: number | undefined;
}

/** Proxy and host name, in the form of the API. */
export interface HostConfig {
  get(): Promise<HostConfigDocument>;
  /** Changes what `patch` names. Throws an error with code `HOST_CONFIG_INVALID` that names the field. */
  patch(patch: unknown, options: ForceOptions): Promise<unknown>;
}

export interface HostConfigDocument {
  readonly network: {
    /** Absent: there is no proxy. */
    readonly proxy?: object;
    readonly hostname: string;
  };
}

export interface Journal {
  /** The journal as text, until it ends or the signal is aborted; reads on only as fast as it is taken. */
  stream(query: JournalRequest, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** Which lines of the journal; everything that is given must hold. */
export interface JournalRequest {
  readonly all?: boolean;
  readonly follow?: boolean;
  readonly lines?: number;
  readonly unit?: string;
  readonly identifier?: string;
  readonly containerId?: string;
  readonly format?: string;
  readonly since?: string;
  readonly until?: string;
  /** Groups of `FIELD: value`; a line is shown when all of any one group hold. */
  readonly matches?: readonly Readonly<Record<string, string>>[];
}

export interface VpnState {
  readonly enabled: boolean;
  readonly connected: boolean;
}

export interface HostAddresses {
  readonly ip: readonly string[];
  readonly mac: readonly string[];
}

/** The tags of the device in its cloud. */
export interface DeviceTags {
  list(): Promise<readonly DeviceTag[]>;
  /** Keeps them and sends them until the cloud has them. */
  set(tags: Readonly<Record<string, string>>): Promise<void>;
}

export interface DeviceTag {
  readonly id: number;
  readonly name: string;
  readonly value: string;
}

/** The update locks that services hold: as files, or taken through this API. */
export interface ServiceLocks extends ClientLocks {
  /** Which of the services hold their lock now, either way. */
  holders(appId: number, services: readonly string[]): Promise<readonly HeldLock[]>;
}

/** Something of the device or its host that does not work. */
export interface HealthCondition {
  /** e.g. `database`, `disk`, `cloud`. */
  readonly component: string;
  readonly message: string;
  /** The remedy, for a person. */
  readonly remedy: string;
}

/** The files of the page at `/`, built in advance. */
export interface PageFiles {
  /** Nothing of a file stays in memory. `null`: there is no such file. */
  read(name: string, acceptsGzip: boolean): Promise<PageFile | null>;
}

export interface PageFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  readonly isGzip: boolean;
  /** Whether another content would have another name. */
  readonly isImmutable: boolean;
}

/** Resource usage of device and services. Percentages are of all processors, since the reading before. */
export type UsageSource = () => Promise<UsageReading>;

export interface UsageReading {
  /** `null`: the host does not tell. */
  readonly cpuPercent: number | null;
  /** Without caches; `null`: the host does not tell. */
  readonly memoryBytes: number | null;
  readonly memoryTotalBytes: number | null;
  readonly services: readonly ServiceUsage[];
}

export interface ServiceUsage {
  readonly appId: number;
  readonly service: string;
  /** `null`: this is the first reading of its container. */
  readonly cpuPercent: number | null;
  readonly memoryBytes: number;
}
