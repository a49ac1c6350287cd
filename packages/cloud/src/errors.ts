import { SupervisorError } from '@device-supervisor/errors';

/** The cloud does not take the device's key when it is asked for a delta. */
export class DeltaUnauthorizedError extends SupervisorError<'DELTA_UNAUTHORIZED', { destination: string }> {
  /** @param destination the image that was wanted */
  constructor(destination: string) {
    super('DELTA_UNAUTHORIZED', `the cloud refuses this device a delta for ${destination}`, {
      details: { destination },
      hint: "Check that the device exists in the cloud, and that deviceApiKey in config.json is the device's own",
    });
  }
}

/** The cloud cannot be reached: no network, no name, an untrusted certificate, a broken connection. */
export class CloudUnreachableError extends SupervisorError<'CLOUD_UNREACHABLE', { host: string }> {
  constructor(host: string, cause: unknown) {
    const hint = certificateHint(cause, host);
    super('CLOUD_UNREACHABLE', `${host} cannot be reached`, {
      details: { host },
      cause,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

/** The hint for a failure of the server's certificate; `undefined`: it is another failure. The codes are OpenSSL's and Node.js'. */
function certificateHint(cause: unknown, host: string): string | undefined {
  switch (cause instanceof Error && 'code' in cause ? cause.code : undefined) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'CERT_SIGNATURE_FAILURE':
      return `Put the certificate of the authority that signed that of ${host}, PEM in base64, as balenaRootCA into config.json`;
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return `Check the clock of the device, and how long the certificate of ${host} is valid`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `Check that apiEndpoint in config.json has the name that the certificate of ${host} is for`;
    default:
      return undefined;
  }
}

/** The cloud did not answer in time. */
export class CloudTimeoutError extends SupervisorError<'CLOUD_TIMEOUT', { host: string; timeout: number }> {
  /** @param timeout milliseconds */
  constructor(host: string, timeout: number) {
    super('CLOUD_TIMEOUT', `${host} did not answer within ${timeout} ms`, { details: { host, timeout } });
  }
}

/** An answer that no server of this protocol gives. */
export class CloudAnswerTooLongError extends SupervisorError<'CLOUD_ANSWER_TOO_LONG', { limit: number }> {
  /** @param limit bytes */
  constructor(limit: number) {
    super('CLOUD_ANSWER_TOO_LONG', `the answer has more than ${limit} bytes`, { details: { limit } });
  }
}

/** The cloud answered, and not with what was asked for. */
export class CloudRefusedError extends SupervisorError<'CLOUD_REFUSED', { request: string; status: number }> {
  /** Milliseconds that the cloud wants to be left alone for; `null`: it does not say. */
  readonly retryAfter: number | null;

  constructor(request: string, { status, hint, retryAfter = null, words = null }: RefusalOptions) {
    const said = words === null ? '' : `: ${words}`;
    super('CLOUD_REFUSED', `the cloud answered ${request} with status ${status}${said}`, {
      details: { request, status },
      ...(hint === undefined ? {} : { hint }),
    });
    this.retryAfter = retryAfter;
  }
}

interface RefusalOptions {
  readonly status: number;
  readonly hint?: string;
  readonly retryAfter?: number | null;
  /** The server's own words; `null`: it has none. */
  readonly words?: string | null;
}

/** The cloud's answer does not have the form that the protocol gives it. */
export class CloudAnswerInvalidError extends SupervisorError<'CLOUD_ANSWER_INVALID', { request: string }> {
  constructor(request: string, reason: string) {
    super('CLOUD_ANSWER_INVALID', `the cloud's answer to ${request} is not valid: ${reason}`, { details: { request } });
  }
}

/** The cloud does not have this device, or not any more. */
export class DeviceUnknownError extends SupervisorError<'DEVICE_UNKNOWN', { uuid: string }> {
  constructor(uuid: string) {
    super('DEVICE_UNKNOWN', `the cloud does not know device ${uuid}`, {
      details: { uuid },
      hint: 'It was deleted there; apps stay as they are. Provision the device again to bring it back',
    });
  }
}

/** The device is not registered, and has no key to register with. */
export class ProvisioningKeyMissingError extends SupervisorError<'PROVISIONING_KEY_MISSING'> {
  constructor() {
    super('PROVISIONING_KEY_MISSING', 'the device is not registered with the cloud, and config.json has no apiKey', {
      details: {},
      hint: 'Put a provisioning key of the fleet as apiKey into config.json',
    });
  }
}

/** The cloud does not have the device yet. */
export class DeviceNotRegisteredError extends SupervisorError<'DEVICE_NOT_REGISTERED'> {
  constructor() {
    super('DEVICE_NOT_REGISTERED', 'the device is not registered with its cloud yet', {
      details: {},
      hint: 'The supervisor keeps trying; its log says why it fails',
    });
  }
}

/** More tags were set than a device keeps until its cloud has them. */
export class TooManyTagsError extends SupervisorError<'TOO_MANY_TAGS', { limit: number }> {
  constructor(limit: number) {
    super('TOO_MANY_TAGS', `the tags that wait for the cloud would have more than ${limit} characters`, {
      details: { limit },
      hint: 'They are sent when the cloud can be reached; set fewer until then',
    });
  }
}
