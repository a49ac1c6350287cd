/** What services can learn about the device that they run on. */
export interface DeviceFacts {
  readonly uuid: string;
  readonly name: string;
  /** Slug of the device type, e.g. `raspberrypi4-64`. */
  readonly type: string;
  /** e.g. `aarch64`. */
  readonly arch: string;
  /** `PRETTY_NAME` of the host. */
  readonly hostOsVersion: string;
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
}
