import type { EngineSnapshot } from '@device-supervisor/compose';
import { reachedSnapshot, testImage, testTarget } from '@device-supervisor/compose/testing';
import type { TargetState } from '@device-supervisor/state';
import { expect, it } from 'vitest';
import { pinImages } from './pin-images.ts';

const TARGET = testTarget({ services: { web: { image: 'web' }, db: { image: 'db:1' } } });

function contents({ apps }: TargetState): Record<string, string | undefined> {
  const services = Object.values(apps).flatMap(({ release }) => Object.values(release?.services ?? {}));
  return Object.fromEntries(services.map(({ name, contentId }) => [name, contentId]));
}

it('adds the content of each image that the engine has, under whatever form of its name', async () => {
  const observe = async (): Promise<EngineSnapshot> => ({
    ...reachedSnapshot(TARGET),
    images: [testImage('web:latest')],
  });
  expect(contents(await pinImages(TARGET, { observe }))).toEqual({ web: 'sha256:web:latest', db: undefined });
});

it('takes the target as it is when the engine is away', async () => {
  const observe = (): Promise<never> => Promise.reject(new Error('no answer'));
  expect(await pinImages(TARGET, { observe })).toEqual(TARGET);
});
