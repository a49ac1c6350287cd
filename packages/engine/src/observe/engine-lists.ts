import type { Transport } from '../transport/transport.ts';
import {
  decodeContainers,
  decodeImages,
  decodeNetworks,
  decodeVolumes,
  Entries,
  VolumeAnswer,
  type DecodedEntries,
  type Listed,
} from '../wire/list-wire.ts';
import { CachedList, type CachedListOptions, type ListAnswer } from './cached-list.ts';
import type { Changes } from './changes.ts';
import { fingerprint } from './fingerprint.ts';

export type EngineListsOptions = Pick<CachedListOptions<never>, 'onSilentChange'> & {
  readonly transport: Transport;
  readonly changes: Changes;
};

/** The four lists that a look at the engine consists of. Without that of containers nothing is known at all. */
export function createEngineLists({ transport, ...shared }: EngineListsOptions) {
  return {
    containers: new CachedList({
      ...shared,
      kind: 'containers',
      isOptional: false,
      describe: ({ entry, fault }) => `${entry.Id} ${entry.ImageID} ${fingerprint(entry)} ${fault}`,
      list: async () => answerOf(decodeContainers(await ask('/containers/json', { all: true }))),
    }),
    images: new CachedList({
      ...shared,
      kind: 'images',
      isOptional: true,
      describe: (one) => JSON.stringify(one),
      list: async () => answerOf(decodeImages(await ask('/images/json'))),
    }),
    networks: new CachedList({
      ...shared,
      kind: 'networks',
      isOptional: true,
      describe: (one) => JSON.stringify(one),
      list: async () => answerOf(decodeNetworks(await ask('/networks'))),
    }),
    volumes: new CachedList({
      ...shared,
      kind: 'volumes',
      isOptional: true,
      describe: (one) => JSON.stringify(one),
      list: async () => {
        const { Volumes } = await transport.request({ method: 'GET', path: '/volumes' }, VolumeAnswer);
        return answerOf(decodeVolumes(Volumes));
      },
    }),
  };

  function ask(path: string, query: { readonly all?: boolean } = {}): Promise<readonly unknown[]> {
    return transport.request({ method: 'GET', path, query }, Entries);
  }
}

function answerOf<Entry>({ listed, unknown }: DecodedEntries<Entry>): ListAnswer<Listed<Entry>> {
  const fault = unknown === 0 ? null : `the engine lists ${unknown} objects of which not even the name is known`;
  return { entries: listed, fault };
}
