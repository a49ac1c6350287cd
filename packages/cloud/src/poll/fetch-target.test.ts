import { expect, it } from 'vitest';
import type { CloudAnswer } from '../http/cloud-http.ts';
import { fetchTarget, type TargetAnswer } from './fetch-target.ts';

/** @param etag of the last answer @param headers of the answer 304 */
async function askForUnchanged(etag: string | null, headers: CloudAnswer['headers']): Promise<TargetAnswer> {
  const http = {
    request: async (): Promise<CloudAnswer> => ({ status: 304, headers, body: '' }),
    [Symbol.dispose]: () => undefined,
  };
  return await fetchTarget(http, { uuid: 'd0', key: 'key', etag, signal: new AbortController().signal });
}

it('takes 304 for an unchanged target only where there was one, and the cloud has the device', async () => {
  const tag = { etag: 'W/"1"' };
  expect(await askForUnchanged('W/"1"', tag)).toEqual({ status: 'unchanged' });
  await expect(askForUnchanged(null, tag)).rejects.toMatchObject({ code: 'CLOUD_ANSWER_INVALID' });
  await expect(askForUnchanged('W/"1"', {})).rejects.toMatchObject({ code: 'DEVICE_UNKNOWN' });
  await expect(askForUnchanged(null, {})).rejects.toMatchObject({ code: 'DEVICE_UNKNOWN' });
});
