import { decodeCloudTarget, type TargetState } from '@device-supervisor/state';
import { CloudAnswerInvalidError, DeviceUnknownError } from '../errors.ts';
import type { CloudHttp } from '../http/cloud-http.ts';
import { readAnswer, refusal } from '../http/read-answer.ts';
import * as z from 'zod';

export interface TargetQuestion {
  readonly uuid: string;
  /** A secret. */
  readonly key: string;
  /** Of the last answer; `null`: there was none. */
  readonly etag: string | null;
  readonly signal: AbortSignal;
}

export type TargetAnswer =
  | { readonly status: 'unchanged' }
  /** `target` throws a TargetStateError when the document holds no target for the device. */
  | { readonly status: 'changed'; readonly etag: string | null; readonly target: () => TargetState };

/** Asks the cloud once for the target. @throws DeviceUnknownError, CloudRefusedError, CloudAnswerInvalidError and what `CloudHttp.request` throws */
export async function fetchTarget(http: CloudHttp, { uuid, key, etag, signal }: TargetQuestion): Promise<TargetAnswer> {
  const answer = await http.request({
    method: 'GET',
    path: `/device/v3/${uuid}/state`,
    key,
    headers: etag === null ? {} : { 'if-none-match': etag },
    signal,
  });
  if (answer.status === 304) {
    // The cloud says the same of a device that it does not have, except for the entity tag.
    if (answer.headers.etag === undefined) throw new DeviceUnknownError(uuid);
    if (etag === null)
      throw new CloudAnswerInvalidError(REQUEST, 'it says that a target is unchanged that it has not sent');
    return { status: 'unchanged' };
  }
  if (answer.status === 401) {
    throw refusal(REQUEST, answer, 'The key of the device is not valid any more; provision the device again');
  }
  const document = readAnswer(REQUEST, answer, z.unknown());
  return {
    status: 'changed',
    etag: answer.headers.etag ?? null,
    target: () => decodeCloudTarget(document, uuid),
  };
}

const REQUEST = 'GET /device/v3/…/state';
