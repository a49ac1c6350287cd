import type { CloudHttp } from '../http/cloud-http.ts';
import { isFinalRefusal, retryUntilDone, type RetrySchedule } from '../retry-until-done.ts';
import type { PendingTags } from './pending-tags.ts';
import { fetchTags, sendTags, type TagQuestion } from './request-tags.ts';

export interface TagReporterOptions extends Omit<RetrySchedule, 'signal'> {
  readonly http: CloudHttp;
  readonly device: Omit<TagQuestion, 'signal'>;
  readonly pending: PendingTags;
  readonly say: (message: string) => void;
}

/** Tells the cloud the tags that are pending, until it is disposed of. */
export interface TagReporter extends AsyncDisposable {
  /** Tags were set. */
  changed(): void;
}

export function startTagReporter(options: TagReporterOptions): TagReporter {
  const { http, device, pending, say } = options;
  const stop = new AbortController();
  let wake = Promise.withResolvers<void>();
  const question: TagQuestion = { ...device, signal: stop.signal };
  const finished = run();

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      wake = Promise.withResolvers();
      await retryUntilDone({ ...options, signal: stop.signal }, report);
      if (!stop.signal.aborted) await wake.promise;
    }
  }

  async function report(): Promise<void> {
    const tags = pending.all();
    if (Object.keys(tags).length === 0) return;
    const known = new Map((await fetchTags(http, question)).map(({ name, value }) => [name, value]));
    const changed = Object.entries(tags).filter(([name, value]) => known.get(name) !== value);
    try {
      if (changed.length > 0) await sendTags(http, Object.fromEntries(changed), question);
    } catch (error) {
      if (!isFinalRefusal(error)) throw error;
      await reportEach(changed);
    }
    pending.remove(tags);
  }

  /** One that the cloud refuses must not keep the others back. */
  async function reportEach(tags: readonly (readonly [string, string])[]): Promise<void> {
    for (const [name, value] of tags) {
      try {
        await sendTags(http, { [name]: value }, question);
      } catch (error) {
        if (!isFinalRefusal(error)) throw error;
        say(`The cloud refuses tag '${name}'; it is forgotten`);
      }
    }
  }

  return {
    changed: () => wake.resolve(),
    async [Symbol.asyncDispose]() {
      stop.abort();
      wake.resolve();
      await finished;
    },
  };
}
