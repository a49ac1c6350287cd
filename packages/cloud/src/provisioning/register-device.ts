import * as z from 'zod';
import type { CloudHttp } from '../http/cloud-http.ts';
import { odataQuery } from '../http/odata-query.ts';
import { readAnswer, refusal } from '../http/read-answer.ts';
import { CloudAnswerInvalidError, ProvisioningKeyMissingError } from '../errors.ts';
import type { DeviceDescription, Identity, IdentityStore } from './identity.ts';

export interface RegistrationDependencies {
  readonly http: CloudHttp;
  readonly identity: IdentityStore;
  readonly describe: () => Promise<DeviceDescription>;
  /**
   * The cloud has this device already, with what its owner set there. Called before the identity is saved as registered, so
   * that a crash in between does not make it look like a new one.
   */
  readonly onTakenOver: () => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const Registered = z.object({ id: z.int().positive(), api_key: z.string().min(1) });
const Devices = z.object({ d: z.array(z.object({ id: z.int().positive() })) });

/**
 * Makes the device known to the cloud, once. A device that the cloud has already is taken over when its key proves that it
 * is this one, or when the cloud gives it a new key; otherwise another device is registered.
 *
 * @throws ProvisioningKeyMissingError, CloudRefusedError and what `CloudHttp.request` throws
 */
export async function registerDevice(dependencies: RegistrationDependencies, signal: AbortSignal): Promise<Identity> {
  const { identity } = dependencies;
  const current = await identity.read();
  if (current.isRegistered) return current;
  const registration =
    (await register(current, dependencies, signal)) ??
    (await takeOver(current, dependencies, signal)) ??
    (await register(await identity.renew(), dependencies, signal));
  // Two random uuids cannot both be taken: this is no answer of the protocol.
  if (registration === null) throw new CloudAnswerInvalidError(REGISTER, 'it knows every device already');
  await identity.register({ ...registration, at: Math.floor(dependencies.now() / 1000) });
  return await identity.read();
}

interface Registration {
  readonly deviceId: number;
  readonly deviceApiKey: string;
}

/** @returns `null`: the cloud has a device of this uuid */
async function register(
  { uuid, deviceApiKey, provisioningKey, applicationId }: Identity,
  { http, describe }: RegistrationDependencies,
  signal: AbortSignal,
): Promise<Registration | null> {
  if (provisioningKey === null) throw new ProvisioningKeyMissingError();
  const { deviceType, supervisorVersion, osVersion, osVariant, macAddress } = await describe();
  const answer = await http.request({
    method: 'POST',
    path: '/device/register',
    key: provisioningKey,
    json: {
      application: applicationId,
      uuid,
      device_type: deviceType,
      api_key: deviceApiKey,
      supervisor_version: supervisorVersion,
      os_version: osVersion,
      os_variant: osVariant,
      mac_address: macAddress,
    },
    signal,
  });
  if (answer.status === 409) return null;
  if (answer.status === 401) throw refusal(REGISTER, answer, 'Check apiKey and applicationId in config.json');
  if (answer.status === 404) throw refusal(REGISTER, answer, `Check that the cloud knows device type ${deviceType}`);
  const { id, api_key: key } = readAnswer(REGISTER, answer, Registered);
  return { deviceId: id, deviceApiKey: key };
}

const REGISTER = 'POST /device/register';

/** @returns `null`: neither our key nor the provisioning key opens the device that the cloud has */
async function takeOver(
  { uuid, deviceApiKey, provisioningKey }: Identity,
  { http, onTakenOver }: RegistrationDependencies,
  signal: AbortSignal,
): Promise<Registration | null> {
  const own = await findDevice(http, { uuid, key: deviceApiKey, signal });
  if (own !== null) {
    onTakenOver();
    return { deviceId: own, deviceApiKey };
  }
  if (provisioningKey === null) return null;
  const other = await findDevice(http, { uuid, key: provisioningKey, signal });
  if (other === null) return null;
  const path = `/api-key/device/${other}/device-key`;
  const answer = await http.request({
    method: 'POST',
    path,
    key: provisioningKey,
    json: { apiKey: deviceApiKey },
    signal,
  });
  if (answer.status === 401 || answer.status === 403 || answer.status === 404) return null;
  if (answer.status < 200 || answer.status > 299) throw refusal('POST /api-key/device/…/device-key', answer);
  onTakenOver();
  return { deviceId: other, deviceApiKey };
}

/** @returns its id; `null`: the key does not open it, or it is not there */
async function findDevice(
  http: CloudHttp,
  { uuid, key, signal }: { uuid: string; key: string; signal: AbortSignal },
): Promise<number | null> {
  const query = odataQuery({ select: ['id'], filter: ['uuid', uuid] });
  const answer = await http.request({ method: 'GET', path: `/v7/device?${query}`, key, signal });
  if (answer.status === 401 || answer.status === 403) return null;
  const { d: devices } = readAnswer('GET /v7/device', answer, Devices);
  return devices[0]?.id ?? null;
}
