import { createHash } from 'node:crypto';
import type { Transport } from '../transport/transport.ts';
import { decodeImages, Entries } from '../wire/list-wire.ts';

/**
 * Keeps an image that a delta gave until it has the name that it is wanted under. The delta's own name will not do: it
 * may be a tag in the same repository, and with the last tag that an image has in a repository, engines take away its
 * digests there.
 */
export interface DeltaHolder {
  /** The image loses the delta's name, and has one of ours. */
  hold(delta: string, destination: string): Promise<void>;
  /** It loses our name. */
  release(destination: string): Promise<void>;
  /** Images that were held when an earlier process ended lose our name. */
  releaseLeftovers(): Promise<void>;
}

const REPOSITORY = 'device-supervisor-delta';

export function createDeltaHolder(transport: Transport): DeltaHolder {
  return {
    async hold(delta, destination) {
      const query = { repo: REPOSITORY, tag: tagOf(destination) };
      await transport.send({ method: 'POST', path: `/images/${encodeURIComponent(delta)}/tag`, query });
      await untag(delta);
    },
    release: (destination) => untag(`${REPOSITORY}:${tagOf(destination)}`),
    async releaseLeftovers() {
      const { listed } = decodeImages(await transport.request({ method: 'GET', path: '/images/json' }, Entries));
      const tags = listed.flatMap(({ entry }) => entry.RepoTags);
      const names = tags.filter((tag) => tag.startsWith(`${REPOSITORY}:`));
      for (const name of names) await untag(name);
    },
  };

  /** Nothing is the worse for a name that stays. */
  async function untag(reference: string): Promise<void> {
    await Promise.allSettled([transport.send({ method: 'DELETE', path: `/images/${encodeURIComponent(reference)}` })]);
  }
}

/** The same for the same image, so that another attempt finds it. */
function tagOf(destination: string): string {
  return createHash('sha256').update(destination).digest('hex').slice(0, 16);
}
