import type { CloudHttp, CloudRequest } from '../http/cloud-http.ts';
import { refusal } from '../http/read-answer.ts';
import { fetchTarget } from '../poll/fetch-target.ts';
import type { Identity } from '../provisioning/identity.ts';
import { isFinalRefusal } from '../retry-until-done.ts';

/** What the cloud is told once of a device that has just been registered. */
export interface Introduction {
  /** `null`: the cloud names it. */
  readonly name: string | null;
  /** Id of the release that it is to stay at; `null`: it follows its fleet. */
  readonly pinnedRelease: number | null;
  /** Configuration that the device has already and the cloud, which declares `declared`, does not know of. */
  readonly undeclaredConfig: (declared: Readonly<Record<string, string>>) => Promise<Readonly<Record<string, string>>>;
  readonly say: (message: string) => void;
}

/**
 * Tells all of it; what the cloud refuses for good is said and left out. May be repeated.
 *
 * @throws what `CloudHttp.request` throws, and CloudRefusedError when it is worth another attempt
 */
export async function introduceDevice(
  http: CloudHttp,
  { uuid, deviceApiKey: key, deviceId }: Identity,
  { introduction, signal }: { readonly introduction: Introduction; readonly signal: AbortSignal },
): Promise<void> {
  const { name, pinnedRelease, undeclaredConfig, say } = introduction;

  async function tell(what: string, request: Pick<CloudRequest, 'method' | 'path' | 'json'>): Promise<void> {
    try {
      const answer = await http.request({ ...request, key, signal });
      // It has been told before.
      if (answer.status === 409) return;
      if (answer.status < 200 || answer.status > 299) throw refusal(what, answer);
    } catch (error) {
      if (!isFinalRefusal(error)) throw error;
      say(`The cloud refuses ${what} with status ${error.details.status}; it is left out`);
    }
  }

  const device = `/v7/device(uuid='${uuid}')`;
  if (name !== null) {
    await tell('the initial device name', { method: 'PATCH', path: device, json: { device_name: name } });
  }
  if (pinnedRelease !== null) {
    const json = { is_pinned_on__release: pinnedRelease };
    await tell('to pin the device to its release', { method: 'PATCH', path: device, json });
  }
  const answer = await fetchTarget(http, { uuid, key, etag: null, signal });
  if (answer.status === 'unchanged') return;
  for (const [variable, value] of Object.entries(await undeclaredConfig(answer.target().config))) {
    await tell(`the configuration ${variable}`, {
      method: 'POST',
      path: '/v7/device_config_variable',
      json: { device: deviceId, name: `BALENA_${variable}`, value },
    });
  }
}
