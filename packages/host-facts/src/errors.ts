import { SupervisorError } from '@device-supervisor/errors';

/** The file in which the host tells its type says something else. */
export class DeviceTypeError extends SupervisorError<'DEVICE_TYPE_INVALID', { readonly path: string }> {
  constructor(path: string, cause: unknown) {
    super('DEVICE_TYPE_INVALID', `${path} does not describe a device type`, {
      details: { path },
      hint: 'It must hold JSON such as {"slug":"raspberrypi4-64","arch":"aarch64"}',
      cause,
    });
  }
}
