import type * as z from 'zod';
import { decodeAnswer, type Call, type Transport } from '../transport/transport.ts';
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
      ...asked({ method: 'GET', path: '/containers/json', query: { all: true } }, Entries, decodeContainers),
      kind: 'containers',
      isOptional: false,
      describe: ({ entry, fault }) => `${entry.Id} ${entry.ImageID} ${fingerprint(entry)} ${fault}`,
    }),
    images: new CachedList({
      ...shared,
      ...asked({ method: 'GET', path: '/images/json' }, Entries, decodeImages),
      kind: 'images',
      isOptional: true,
      describe: (one) => JSON.stringify(one),
    }),
    networks: new CachedList({
      ...shared,
      ...asked({ method: 'GET', path: '/networks' }, Entries, decodeNetworks),
      kind: 'networks',
      isOptional: true,
      describe: (one) => JSON.stringify(one),
    }),
    volumes: new CachedList({
      ...shared,
      ...asked({ method: 'GET', path: '/volumes' }, VolumeAnswer, ({ Volumes }) => decodeVolumes(Volumes)),
      kind: 'volumes',
      isOptional: true,
      describe: (one) => JSON.stringify(one),
    }),
  };

  function asked<Answer, Entry>(
    call: Call,
    schema: z.ZodType<Answer>,
    decode: (answer: Answer) => DecodedEntries<Entry>,
  ): Pick<CachedListOptions<Listed<Entry>>, 'list' | 'decode'> {
    return {
      list: () => transport.text(call),
      decode: (text) => answerOf(decode(decodeAnswer(call, text, schema))),
    };
  }
}

function answerOf<Entry>({ listed, unknown }: DecodedEntries<Entry>): ListAnswer<Listed<Entry>> {
  const fault = unknown === 0 ? null : `the engine lists ${unknown} objects of which not even the name is known`;
  return { entries: listed, fault };
}
