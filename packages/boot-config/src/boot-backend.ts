/** Boot configuration by the names of the config variables without fleet prefix, e.g. `HOST_CONFIG_gpu_mem`. */
export type BootVariables = Readonly<Record<string, string>>;

export type BootBackendName =
  | 'config.txt'
  | 'extlinux'
  | 'extra_uEnv'
  | 'odmdata'
  | 'configfs'
  | 'splash'
  | 'power-fan';

/** A value in the spelling in which it is compared and reported (`null`: it sets nothing), or what is wrong with it. */
export type CheckedValue =
  | { readonly ok: true; readonly value: string | null }
  | { readonly ok: false; readonly message: string };

/** One place in which a device keeps some of its boot configuration. */
export interface BootBackend {
  readonly name: BootBackendName;
  /** Whether a variable has its place here. */
  owns(variable: string): boolean;
  /** Whether its variables can be absent again once they were set. */
  readonly isRemovable: boolean;
  /** Whether a change of the variable takes effect at the next boot only. */
  needsReboot(variable: string): boolean;
  /** Of a variable that it owns. */
  check(variable: string, value: string): CheckedValue;
  /** Of two checked values; order and quoting do not count where the device does not mind them. */
  isSame(variable: string, a: string, b: string): boolean;
  /** Adds what a device of this type cannot do without. */
  complete(desired: BootVariables): BootVariables;
  /**
   * Values that mean the same as an unset variable, e.g. the image that the operating system came with.
   *
   * @throws what the file system throws
   */
  defaults(): Promise<BootVariables>;
  /** The checked values that are set. @throws what the file system throws, and the errors of this package */
  read(): Promise<BootVariables>;
  /**
   * Sets its variables, and removes those that are absent. All else in its place stays.
   *
   * @param desired checked values
   * @throws what the file system throws, and the errors of this package
   */
  write(desired: BootVariables): Promise<void>;
  /** Does what the device needs after each boot before the configuration has an effect. */
  start(): Promise<void>;
}

/** The common part of most backends. */
export const PLAIN_BACKEND: Pick<
  BootBackend,
  'complete' | 'defaults' | 'isRemovable' | 'isSame' | 'needsReboot' | 'start'
> = {
  isRemovable: true,
  needsReboot: () => true,
  isSame: (_variable, a, b) => a === b,
  complete: (desired) => desired,
  defaults: () => Promise.resolve({}),
  start: () => Promise.resolve(),
};
