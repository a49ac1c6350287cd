/** Reboots the host or shuts it down. The host's own refusals are errors of the adapter. */
export interface PowerHost {
  /** Rejects when the host would not, or could not, do it. Changes nothing. */
  check(action: PowerAction): Promise<void>;
  /** Each resolves when the host has agreed: it goes down within moments. Code `HOST_GOING_DOWN`: it does so already. */
  reboot(): Promise<void>;
  powerOff(): Promise<void>;
}

export type PowerAction = 'reboot' | 'power-off';

/** Files by which the host says that an update of its own is being verified: a reboot now would roll it back. */
export interface HostUpdateBreadcrumbs {
  /** Name of one that is there; `null`: there is none. */
  find(): Promise<string | null>;
}

/** The file that asks for a reboot when an update is applied. It is in memory, and does not outlive a boot. */
export interface RebootBreadcrumb {
  /** `null`: there is none. */
  read(): Promise<string | null>;
  write(content: string): Promise<void>;
  remove(): Promise<void>;
}
