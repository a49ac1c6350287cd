/** The facts about the device that services can read. */
export interface DeviceFacts {
  readonly uuid: string;
  readonly name: string;
  /** Slug of the device type, e.g. `raspberrypi4-64`. */
  readonly type: string;
  /** e.g. `aarch64`. */
  readonly arch: string;
  /** `PRETTY_NAME` of the host. */
  readonly hostOsVersion: string;
  /** Name and version of the host's operating system, e.g. `balena-os` and `5.1.20`; what it does not say is absent. */
  readonly hostOs: { readonly slug?: string; readonly version?: string };
  /** Release of the kernel, e.g. `5.10.95-v8`. */
  readonly kernelVersion: string;
  /** Version of NVIDIA's Linux for Tegra, e.g. `32.7.3`; `null`: it is not one. */
  readonly l4tVersion: string | null;
  /** Version of this supervisor's public contract. */
  readonly supervisorVersion: string;
  /** `''`: the host does not say. */
  readonly hostBoardRevision: string;
  /** `null`: the device is not managed by a cloud. */
  readonly apiEndpoint: string | null;
  /** Key of the device at the cloud; a secret. */
  readonly deviceApiKey: string;
  /** Port of the supervisor's API. */
  readonly apiPort: number;
  /** Path of the engine's socket on the host. */
  readonly engineSocket: string;
  readonly hasKernelModules: boolean;
  readonly hasFirmware: boolean;
  /** Whether services may mount paths of the host: on a developer's machine, never on a device. */
  readonly allowsHostPaths: boolean;
}
