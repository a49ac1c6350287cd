import type { PullOptions } from '@device-supervisor/compose';
import { createRedactor } from '@device-supervisor/errors';
import { pullFailureOf } from '../transport/engine-failure.ts';
import { readJsonLines } from '../transport/read-json-lines.ts';
import type { Transport } from '../transport/transport.ts';
import { PullLine } from '../wire/engine-wire.ts';
import { PullProgress } from './pull-progress.ts';
import { splitReference } from './split-reference.ts';

/**
 * Pulls an image by tag or digest.
 *
 * @throws {ImagePullError} when the registry does not give it
 * @throws {NoSpaceError} when it does not fit
 */
export async function pullImage(transport: Transport, reference: string, options: PullOptions): Promise<void> {
  const { signal, onProgress, auth } = options;
  const { repository, version } = splitReference(reference);
  const redact = createRedactor(auth === undefined ? [] : [auth.password]);
  const progress = new PullProgress();
  let reported = 0;
  onProgress(0);
  const stream = await transport.open({
    method: 'POST',
    path: '/images/create',
    query: { fromImage: repository, tag: version },
    limit: null,
    signal,
    toError: ({ message }) => pullFailureOf(reference, redact(message)),
    ...(auth === undefined ? {} : { auth }),
  });
  for await (const line of readJsonLines(stream.chunks, PullLine)) {
    const failure = line.errorDetail?.message || line.error;
    if (failure) throw pullFailureOf(reference, redact(failure));
    progress.add(line);
    if (progress.percent > reported) {
      reported = progress.percent;
      onProgress(reported);
    }
  }
  onProgress(100);
}
