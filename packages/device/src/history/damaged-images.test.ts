import { DEFAULT_CONTAINER_CONFIG, type ObservedContainer, type Operation } from '@device-supervisor/compose';
import { TEST_ABILITIES, testContainer } from '@device-supervisor/compose/testing';
import { describe, expect, it } from 'vitest';
import { createInMemoryStore } from '../testing/in-memory-store.ts';
import { DamagedImages } from './damaged-images.ts';

const WEB = 'docker.io/library/web:1';
const BASE = { id: 'pull-image web:1', cause: '', appId: 1, service: 'web', dependsOn: [] };
const PULL: Operation = { ...BASE, kind: 'pull-image', reference: 'web:1', deltaSource: null };
const DONE = { status: 'done' } as const;

function damaged(reference: string): { readonly status: 'failed'; readonly error: Error } {
  return { status: 'failed', error: Object.assign(new Error('x'), { code: 'IMAGE_DAMAGED', details: { reference } }) };
}

function snapshot(...containers: readonly Partial<ObservedContainer>[]) {
  const image = { digests: [`any@sha256:${'0'.repeat(64)}`], layers: ['shared', 'own'] };
  return {
    abilities: TEST_ABILITIES,
    networks: [],
    volumes: [],
    images: [
      { ...image, id: 'sha256:web', tags: ['web:1'] },
      { ...image, id: 'sha256:db', tags: ['db:1'], layers: ['shared'] },
      { ...image, id: 'sha256:other', tags: ['other:1'], layers: ['other'] },
    ],
    containers: containers.map((one, index) =>
      testContainer({
        id: `c${index}`,
        name: `n${index}`,
        imageReference: 'web:1',
        imageId: 'sha256:web',
        config: DEFAULT_CONTAINER_CONFIG,
        ...one,
      }),
    ),
  };
}

const LONG = new Map(['c0', 'c1'].map((id) => [id, 60_000]));
const NONE = { crashLooping: new Set<string>(), runningFor: LONG };
/** An engine that has no other image. */
const ALONE = { ...snapshot(), images: [] };
const open = (bootId: string | null, store = createInMemoryStore().boots) => new DamagedImages({ store, bootId });

describe('an image that the engine calls damaged', () => {
  it('is known as that until it was fetched again', () => {
    const images = open(null);
    images.record(PULL, damaged('web:1'));
    expect(images.known(snapshot())).toEqual(new Set([WEB]));
    images.record(PULL, DONE);
    expect(images.known(snapshot())).toEqual(new Set());
  });

  it('that is damaged again after it was fetched goes with the images that keep its layers, unless they run', () => {
    const images = open(null);
    images.record(PULL, damaged('web:1'));
    images.record(PULL, DONE);
    images.record(PULL, damaged('web:1'));
    expect(images.known(snapshot())).toEqual(new Set([WEB, 'docker.io/library/db:1']));
    const running = { imageReference: 'db:1', imageId: 'sha256:db' };
    images.look(snapshot(running), NONE);
    expect(images.known(snapshot(running))).toEqual(new Set([WEB]));
    images.look(snapshot({}), NONE);
    expect(images.known(snapshot())).toEqual(new Set([WEB]));
  });

  it('is not concluded from any other failure', () => {
    const images = open(null);
    for (const error of [null, new Error('no'), { code: 'IMAGE_DAMAGED' }])
      images.record(PULL, { status: 'failed', error });
    expect(images.known(snapshot())).toEqual(new Set());
  });
});

describe('an image whose container does not come up', () => {
  const crashing = { crashLooping: new Set(['c0']), runningFor: LONG };
  const afterPowerCut = () => {
    const store = createInMemoryStore().boots;
    open('boot-1', store);
    return { store, images: open('boot-2', store) };
  };

  it('is suspected after a power cut, until it was fetched once', () => {
    const { store, images } = afterPowerCut();
    images.look(snapshot({}), crashing);
    expect(images.suspected(ALONE)).toEqual(new Set([WEB]));
    images.record(PULL, DONE);
    images.look(snapshot({}), crashing);
    expect(images.suspected(ALONE)).toEqual(new Set());
    const next = open('boot-2', store);
    next.look(snapshot({}), crashing);
    expect(next.suspected(ALONE)).toEqual(new Set());
  });

  it('is suspected together with the images that keep its layers, unless those work', () => {
    const { images } = afterPowerCut();
    images.look(snapshot({}), crashing);
    expect(images.suspected(snapshot())).toEqual(new Set([WEB, 'docker.io/library/db:1']));
    const db = { id: 'c1', imageReference: 'db:1', imageId: 'sha256:db' };
    expect(images.suspected(snapshot({}, db))).toEqual(new Set([WEB]));
    images.look(snapshot({}, db), { ...crashing, runningFor: new Map() });
    expect(images.suspected(snapshot({}, db))).toEqual(new Set([WEB, 'docker.io/library/db:1']));
  });

  it('is suspected no longer when a container of it works', () => {
    const { images } = afterPowerCut();
    images.look(snapshot({}), crashing);
    images.look(snapshot({}), NONE);
    expect(images.suspected(ALONE)).toEqual(new Set());
  });

  it.each([
    ['before', [{ id: 'c0' }, { id: 'c1' }]],
    ['after', [{ id: 'c1' }, { id: 'c0' }]],
  ])('is not suspected when another container of it works, listed %s it', (_, containers) => {
    const { images } = afterPowerCut();
    images.look(snapshot(...containers), crashing);
    expect(images.suspected(ALONE)).toEqual(new Set());
  });

  it('is suspected where a start of it failed', () => {
    const { images } = afterPowerCut();
    images.look(snapshot({ status: 'exited', error: 'exec format error' }), NONE);
    expect(images.suspected(ALONE)).toEqual(new Set([WEB]));
  });

  it.each([
    ['without a power cut', 'boot-1', false],
    ['after a reboot', 'boot-2', true],
    ['where boots are not told apart', null, false],
  ])('is left alone %s', (_, bootId, ends) => {
    const store = createInMemoryStore().boots;
    const first = open('boot-1', store);
    if (ends) first.close();
    const images = open(bootId, store);
    images.look(snapshot({}), crashing);
    expect(images.suspected(ALONE)).toEqual(new Set());
  });

  it('is suspected once more after the next power cut', () => {
    const { store, images } = afterPowerCut();
    images.record(PULL, DONE);
    const next = open('boot-3', store);
    next.look(snapshot({}), crashing);
    expect(next.suspected(ALONE)).toEqual(new Set([WEB]));
  });
});
