import * as z from 'zod';
import type { CloudHttp } from '../http/cloud-http.ts';
import { odataQuery } from '../http/odata-query.ts';
import { readAnswer, refusal } from '../http/read-answer.ts';

export interface DeviceTag {
  readonly id: number;
  readonly name: string;
  readonly value: string;
}

export interface TagQuestion {
  readonly uuid: string;
  /** A secret. */
  readonly key: string;
  readonly signal: AbortSignal;
}

const Tags = z.object({ d: z.array(z.object({ id: z.int(), tag_key: z.string(), value: z.string() })) });

/** The tags that the cloud has of the device. @throws CloudRefusedError, CloudAnswerInvalidError and what `CloudHttp.request` throws */
export async function fetchTags(http: CloudHttp, { uuid, key, signal }: TagQuestion): Promise<readonly DeviceTag[]> {
  const query = odataQuery({ select: ['id', 'tag_key', 'value'], filter: ['device/uuid', uuid] });
  const answer = await http.request({ method: 'GET', path: `/v7/device_tag?${query}`, key, signal });
  return readAnswer('GET /v7/device_tag', answer, Tags).d.map(({ id, tag_key: name, value }) => ({ id, name, value }));
}

/** @throws CloudRefusedError and what `CloudHttp.request` throws */
export async function sendTags(
  http: CloudHttp,
  tags: Readonly<Record<string, string>>,
  { uuid, key, signal }: TagQuestion,
): Promise<void> {
  const request = { method: 'PATCH', path: '/device/v3/tags', key, json: { [uuid]: tags }, signal } as const;
  const answer = await http.request(request);
  if (answer.status < 200 || answer.status > 299) throw refusal('PATCH /device/v3/tags', answer);
}
