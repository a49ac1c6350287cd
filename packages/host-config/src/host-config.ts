/** Proxy and host name of a host, as the HTTP API shows them. */
export interface HostConfig {
  readonly network: {
    /** Absent: connections are not redirected. */
    readonly proxy?: ProxyConfig;
    /** The one that is in effect. */
    readonly hostname: string;
  };
}

/** The settings of redsocks.conf and no_proxy; values that redsocks could not use are absent. */
export interface ProxyConfig extends Partial<ProxySettings> {
  /** Addresses and subnets that are reached directly. Absent: none but those that the host itself leaves out. */
  readonly noProxy?: readonly string[];
}

/** A proxy that redsocks can use. */
export interface ProxySettings {
  readonly type: ProxyType;
  /** IPv4 address or name. */
  readonly ip: string;
  readonly port: number;
  readonly login?: string;
  /** A secret. */
  readonly password?: string;
  /** `ADDRESS:PORT` of the server that DNS queries are sent to over TCP. Absent: they are not redirected. */
  readonly dns?: string;
}

export const PROXY_TYPES = ['socks4', 'socks5', 'http-connect', 'http-relay'] as const;
export type ProxyType = (typeof PROXY_TYPES)[number];

/** The fields to change; absent ones stay as they are. */
export interface HostConfigPatch {
  /** `null`: no proxy any more, and no exceptions from it. */
  readonly proxy?: ProxyPatch | null;
  /** `''`: the name that the device has by default. */
  readonly hostname?: string;
}

export interface ProxyPatch extends ProxySettingsPatch {
  /** `[]`: no exceptions. */
  readonly noProxy?: readonly string[];
}

/** `null` removes a value. */
export interface ProxySettingsPatch {
  readonly type?: ProxyType;
  readonly ip?: string;
  readonly port?: number;
  readonly login?: string | null;
  readonly password?: string | null;
  readonly dns?: string | null;
}
