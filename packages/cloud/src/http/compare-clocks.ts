import type { Clock } from '@device-supervisor/primitives';
import { CloudUnreachableError } from '../errors.ts';
import type { CloudHttp } from './cloud-http.ts';

/** Why the device's clock is likely to be wrong. */
export type ClockDoubt =
  /** Milliseconds by which the clock is ahead of the cloud's; negative: it is behind. */
  | { readonly kind: 'offset'; readonly ahead: number }
  /** The clock is outside of the time in which the cloud's certificate is valid. */
  | { readonly kind: 'certificate'; readonly reason: string };

export interface ComparedClocks {
  /** Passes requests on, and reads the time of the answers. */
  readonly http: CloudHttp;
  /** `null`: both clocks agree, or nothing is known of the cloud's. */
  doubt(): ClockDoubt | null;
}

/** Milliseconds that may lie between both clocks: an answer takes time, and logs are sorted by it. */
const TOLERANCE = 10 * 60_000;

const CERTIFICATE_TIMES: ReadonlySet<unknown> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

/**
 * Compares the clock with that of the cloud, as its answers tell it. The device's clock is looked at when the doubt is
 * asked for, so that a clock that is set counts at once.
 */
export function compareClocks(http: CloudHttp, clock: Pick<Clock, 'now' | 'monotonic'>): ComparedClocks {
  let cloud: { readonly time: number; readonly at: number } | null = null;
  let certificate: string | null = null;
  return {
    http: {
      async request(request) {
        try {
          const answer = await http.request(request);
          const time = Date.parse(answer.headers.date ?? '');
          cloud = Number.isNaN(time) ? null : { time, at: clock.monotonic() };
          certificate = null;
          return answer;
        } catch (error) {
          const { cause } = error instanceof CloudUnreachableError ? error : {};
          const isOfCertificate = cause instanceof Error && 'code' in cause && CERTIFICATE_TIMES.has(cause.code);
          if (isOfCertificate) certificate = cause.message;
          throw error;
        }
      },
      [Symbol.dispose]: () => http[Symbol.dispose](),
    },
    doubt() {
      if (certificate !== null) return { kind: 'certificate', reason: certificate };
      if (cloud === null) return null;
      const ahead = clock.now() - (cloud.time + clock.monotonic() - cloud.at);
      return Math.abs(ahead) <= TOLERANCE ? null : { kind: 'offset', ahead };
    },
  };
}
