/**
 * The machine that a supervisor runs on: real systemd, logind, hostnamed, journald, D-Bus, avahi and redsocks, and stand-ins
 * for the VPN and for what balenaOS does about proxy and host name.
 */
export interface DeviceHost extends AsyncDisposable {
  /** Everything of the host that this side sees is below it. */
  readonly directory: string;
  /** Of the system bus; survives a reboot. */
  readonly busAddress: string;
  /** For `journalctl --directory`. */
  readonly journalDirectory: string;
  readonly bootMount: string;
  readonly stateMount: string;
  /** The host's root file system as it sees it, with `/run`, `/tmp` and `/proc`; nothing while it is down. */
  readonly rootMount: string;
  /** Variables that point a supervisor on this side at the host. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of the engine of a host that has one; nothing answers while the host is down. */
  readonly engineEndpoint: string;
  /** IPv4 address of the host; a reboot may change it. */
  readonly address: string;
  /** IPv4 address at which the host reaches what listens on this side. */
  readonly gateway: string;
  /**
   * Runs a shell command on the host, and returns its standard output.
   * @throws {@link DeviceHostCommandError}
   */
  exec(command: string): Promise<string>;
  /** @param name e.g. `openvpn.service` */
  unit(name: string): Promise<HostUnit>;
  isRunning(): Promise<boolean>;
  /** Waits until the host went down in order, and tells why. It stays down until {@link start}. */
  shutdown(): Promise<Shutdown>;
  /** Ends it as a power cut does. */
  crash(): Promise<void>;
  /** Boots the host again after it went down; resolves when all that it starts has started. */
  start(): Promise<void>;
}

/** The state of a unit of the host's systemd. */
export interface HostUnit {
  /** e.g. `active`. */
  readonly activeState: string;
  /** e.g. `running`. */
  readonly subState: string;
  /** Another one each time the unit starts; empty when it never did. */
  readonly invocationId: string;
}

export type Shutdown = 'reboot' | 'power-off';

export interface DeviceHostOptions {
  /** Keys of `config.json` besides `uuid` and `deviceType`. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Is it the host that restarts the proxy's units when their files change? Newer hosts do. Default: false. */
  readonly restartsProxy?: boolean;
  /** Has it Debian's container engine, as this machine has it installed? Default: false. */
  readonly hasEngine?: boolean;
}
