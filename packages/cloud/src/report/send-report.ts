import { createRedactor } from '@device-supervisor/errors';
import type { DeviceReport } from '@device-supervisor/state';
import type { CloudHttp } from '../http/cloud-http.ts';
import { refusal } from '../http/read-answer.ts';

export interface ReportRequest {
  readonly uuid: string;
  /** A secret. */
  readonly key: string;
  readonly report: DeviceReport;
  readonly signal: AbortSignal;
}

/**
 * Sends a report. `refused`: the cloud does not know an app, release or image of it, or the device.
 *
 * @throws CloudRefusedError for any other refusal, and what `CloudHttp.request` throws
 */
export async function sendReport(
  http: CloudHttp,
  { uuid, key, report, signal }: ReportRequest,
): Promise<'accepted' | 'refused'> {
  const answer = await http.request({
    method: 'PATCH',
    path: '/device/v3/state',
    key,
    json: { [uuid]: report },
    gzip: true,
    signal,
  });
  if (answer.status === 401 && report.apps !== undefined) return 'refused';
  if (answer.status === 401)
    throw refusal(REQUEST, answer, 'Provision the device again if it was deleted in the cloud');
  if (answer.status < 200 || answer.status > 299) {
    const redact = createRedactor(report.api_secret === undefined ? [] : [report.api_secret]);
    throw refusal(REQUEST, { ...answer, body: redact(answer.body) });
  }
  return 'accepted';
}

const REQUEST = 'PATCH /device/v3/state';
