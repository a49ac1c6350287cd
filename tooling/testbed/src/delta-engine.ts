import { once } from 'node:events';
import { createServer } from 'node:http';
import type Dockerode from 'dockerode';
import * as z from 'zod';
import { connectEngine } from './connect-engine.ts';
import { forwardRequest } from './forward-request.ts';
import { readProgress } from './read-progress.ts';

/** An engine's socket behind which there is one that knows deltas. */
export interface DeltaEngine extends AsyncDisposable {
  /** `unix:///path`. */
  readonly endpoint: string;
  /** References that were asked to be pulled since the last look, in order. */
  takePulls(): string[];
  /** Deltas that it made an image of since the last look. */
  takeApplied(): string[];
}

/** Labels of an image that is a delta. */
export const DELTA_LABELS = {
  /** Reference of the image that must be on the engine. */
  source: 'test.delta.source',
  /** Reference of the image that comes of it. */
  destination: 'test.delta.destination',
} as const;

/**
 * Puts something in front of an engine that takes deltas as balenaEngine does: it knows the call that makes them, and when
 * it has pulled one, the image of that name is the destination. The rest is the engine's, also that registries ask for
 * the token. Only the difference is made up: the destination is fetched.
 *
 * @param socketPath where it listens
 */
export async function startDeltaEngine(endpoint: string, socketPath: string): Promise<DeltaEngine> {
  const docker = connectEngine(endpoint);
  const target = endpoint.slice('unix://'.length);
  const pulls: string[] = [];
  const applied: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const { method, headers } = incoming;
    const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://engine');
    const call = `${method} ${pathname.replace(/^\/v1\.\d+/, '')}`;
    if (call === 'POST /images/delta') {
      outgoing.writeHead(404, { 'content-type': 'application/json' });
      outgoing.end(JSON.stringify({ message: 'No such image: ' }));
      return;
    }
    if (call !== 'POST /images/create') {
      void forwardRequest(incoming, outgoing, { socketPath: target });
      return;
    }
    const [image, tag] = [searchParams.get('fromImage') ?? '', searchParams.get('tag') ?? ''];
    const reference = `${image}${tag.includes(':') ? '@' : ':'}${tag}`;
    pulls.push(reference);
    const onEnd = async (): Promise<string> => {
      const outcome = await applyDelta(docker, reference, String(headers['x-registry-auth'] ?? ''));
      if (outcome === null) return '';
      if (outcome.failure === null) applied.push(reference);
      const { failure: message } = outcome;
      const line = message === null ? { status: 'Applied delta' } : { error: message, errorDetail: { message } };
      return `${JSON.stringify(line)}\n`;
    };
    void forwardRequest(incoming, outgoing, { socketPath: target, onEnd });
  });
  server.listen(socketPath);
  await once(server, 'listening');
  return {
    endpoint: `unix://${socketPath}`,
    takePulls: () => pulls.splice(0),
    takeApplied: () => applied.splice(0),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const Auth = z.object({ registrytoken: z.string() });

/** Puts the destination in the place of a delta that was pulled. @returns `null`: it is none */
async function applyDelta(
  docker: Dockerode,
  reference: string,
  header: string,
): Promise<{ readonly failure: string | null } | null> {
  const [pulled] = await Promise.allSettled([docker.getImage(reference).inspect()]);
  if (pulled.status === 'rejected') return null;
  const { [DELTA_LABELS.source]: source, [DELTA_LABELS.destination]: destination } = pulled.value.Config.Labels ?? {};
  if (source === undefined || destination === undefined) return null;
  try {
    await docker.getImage(source).inspect();
    const authconfig = Auth.parse(JSON.parse(Buffer.from(header, 'base64url').toString()));
    const stream = await docker.pull(destination, { authconfig });
    await readProgress(stream, { operation: 'pull', image: destination });
    const [repo = '', tag = ''] = reference.split(/:(?=[^/]*$)/);
    await docker.getImage(destination).tag({ repo, tag });
    await docker.getImage(destination).remove();
    await docker.getImage(pulled.value.Id).remove();
    return { failure: null };
  } catch (error) {
    await docker.getImage(reference).remove();
    return { failure: `failed to get delta source: ${error instanceof Error ? error.message : String(error)}` };
  }
}
