import type { CloudHttp, CloudRequest } from '../http/cloud-http.ts';
import { refusal } from '../http/read-answer.ts';
import { fetchTarget, type TargetAnswer } from '../poll/fetch-target.ts';
import type { Identity } from '../provisioning/identity.ts';
import { isFinalRefusal } from '../retry-until-done.ts';

/**
 * Why the cloud is to learn about the device:
 * - `new`: it was just registered; the cloud learns its name, the release it is pinned to and its configuration
 * - `taken over`: the cloud had it before and its owner may have named it: the name stays
 * - `known`: it was registered by an earlier installation: the cloud learns its configuration alone
 */
export type IntroductionReason = 'new' | 'taken over' | 'known';

/** The introduction of a device to its cloud, once, before the device changes anything. */
export interface Introduction {
  /** `null`: the cloud names it. */
  readonly name: string | null;
  /** Id of the release that it is to stay at; `null`: it follows its fleet. */
  readonly pinnedRelease: number | null;
  /** Configuration that the device has already and the cloud, which declares `declared`, does not know of. */
  readonly undeclaredConfig: (declared: Readonly<Record<string, string>>) => Promise<Readonly<Record<string, string>>>;
  readonly say: (message: string) => void;
}

export interface IntroductionOptions {
  readonly introduction: Introduction;
  readonly reason: IntroductionReason;
  readonly signal: AbortSignal;
}

/**
 * Reports all of it. Parts that the cloud refuses for good are reported and left out. May be repeated.
 *
 * @returns the target; `null`: it is another one since, as the cloud learned about configuration
 * @throws what `CloudHttp.request` throws, and CloudRefusedError when it is worth another attempt
 */
export async function introduceDevice(
  http: CloudHttp,
  { uuid, deviceApiKey: key, deviceId }: Identity,
  { introduction, reason, signal }: IntroductionOptions,
): Promise<TargetAnswer | null> {
  const { name, pinnedRelease, undeclaredConfig, say } = introduction;

  async function tell(what: string, request: Pick<CloudRequest, 'method' | 'path' | 'json'>): Promise<void> {
    try {
      const answer = await http.request({ ...request, key, signal });
      // It has been reported before.
      if (answer.status === 409) return;
      if (answer.status < 200 || answer.status > 299) throw refusal(what, answer);
    } catch (error) {
      if (!isFinalRefusal(error)) throw error;
      say(`The cloud refuses ${what} with status ${error.details.status}; it is left out`);
    }
  }

  const device = `/v7/device(uuid='${uuid}')`;
  if (name !== null && reason === 'new') {
    await tell('the initial device name', { method: 'PATCH', path: device, json: { device_name: name } });
  }
  if (pinnedRelease !== null && reason !== 'known') {
    const json = { is_pinned_on__release: pinnedRelease };
    await tell('to pin the device to its release', { method: 'PATCH', path: device, json });
  }
  const answer = await fetchTarget(http, { uuid, key, etag: null, signal });
  if (answer.status === 'unchanged') return answer;
  const undeclared = Object.entries(await undeclaredConfig(answer.target().config));
  for (const [variable, value] of undeclared) {
    await tell(`the configuration ${variable}`, {
      method: 'POST',
      path: '/v7/device_config_variable',
      json: { device: deviceId, name: `BALENA_${variable}`, value },
    });
  }
  return undeclared.length === 0 ? answer : null;
}
