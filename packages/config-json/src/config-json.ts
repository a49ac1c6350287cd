import { parseBoolean } from '@device-supervisor/primitives';
import * as z from 'zod';

/** A number, or a string of its digits. */
function wholeNumber(minimum: number, maximum: number = Number.MAX_SAFE_INTEGER) {
  const message =
    maximum === Number.MAX_SAFE_INTEGER
      ? `must be a whole number from ${minimum} on`
      : `must be a whole number from ${minimum} to ${maximum}`;
  return z.preprocess(
    (value) => (typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : value),
    z.int(message).min(minimum, message).max(maximum, message),
  );
}

/** A boolean, or one of the words and figures that stand for it. */
const YesOrNo = z.preprocess((value) => parseBoolean(value) ?? value, z.boolean('must be true or false'));

const Text = z.string('must be a string');

const Endpoint = Text.refine((url) => /^https?:$/.test(URL.parse(url)?.protocol ?? ''), 'must be an http or https URL');

/** It is sent in HTTP headers. */
const Key = Text.regex(/^[!-~]+$/, 'must be printable characters without spaces');

const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const Hostname = Text.regex(new RegExp(`^${label}(\\.${label})*$`, 'i'), 'must be a hostname').max(
  253,
  'must be a hostname',
);

const RegistryHost = Text.regex(
  new RegExp(`^${label}(\\.${label})*(:\\d{1,5})?$`, 'i'),
  'must be a host, or a host and a port',
);

const NOT_AN_OBJECT = 'must be an object';

/**
 * The keys of config.json that the supervisor knows, by the names of the file. All may be absent. Numbers and booleans
 * may be strings in the file, never here.
 */
export const ConfigJson = z.object({
  /** The cloud; absent: the device is not managed by one. */
  apiEndpoint: Endpoint.optional(),
  /** Provisioning key; a secret. */
  apiKey: Key.optional(),
  /** The device's own key; a secret. */
  deviceApiKey: Key.optional(),
  uuid: Text.regex(/^[0-9a-f]{32,}$/i, 'must be at least 32 hexadecimal digits').optional(),
  deviceId: wholeNumber(1).optional(),
  /** Seconds since the epoch, of the registration with the cloud. */
  registered_at: wholeNumber(0).optional(),
  /** Of the fleet. */
  applicationId: wholeNumber(1).optional(),
  deviceType: Text.optional(),
  deltaEndpoint: Endpoint.optional(),
  /** Host, and port if need be, of the cloud's registry; the device's key opens no other. */
  registryEndpoint: RegistryHost.optional(),
  logsEndpoint: Endpoint.optional(),
  /** Of the supervisor's own API. */
  listenPort: wholeNumber(1, 65535).optional(),
  /** Milliseconds, of a request to the cloud. */
  apiTimeout: wholeNumber(1).optional(),
  /** Milliseconds. */
  appUpdatePollInterval: wholeNumber(1).optional(),
  /** Milliseconds, between two attempts to register. */
  bootstrapRetryDelay: wholeNumber(1).optional(),
  hostname: Hostname.optional(),
  persistentLogging: YesOrNo.optional(),
  initialDeviceName: Text.optional(),
  developmentMode: YesOrNo.optional(),
  /** Certificate authority of the cloud, PEM in base64. */
  balenaRootCA: Text.optional(),
  os: z
    .object(
      {
        /** Belongs to the host. */
        network: z.record(z.string(), z.unknown(), NOT_AN_OBJECT).optional(),
        kernel: z.object({ extraFirmwareVol: Text.optional() }, NOT_AN_OBJECT).optional(),
        power: z.object({ mode: Text.optional() }, NOT_AN_OBJECT).optional(),
        fan: z.object({ profile: Text.optional() }, NOT_AN_OBJECT).optional(),
      },
      NOT_AN_OBJECT,
    )
    .optional(),
});
export type ConfigJson = z.infer<typeof ConfigJson>;
