import { imageFinder, plan } from '@device-supervisor/compose';
import { reachedSnapshot, testPlanInput, testTarget } from '@device-supervisor/compose/testing';
import { expect, it } from 'vitest';
import { withFinishedImages } from './finished-images.ts';

const target = testTarget({ services: { web: {}, db: {} } });
const snapshot = { ...reachedSnapshot(target), containers: [] };

/** The operations, by kind and service. */
function steps(downloading: readonly string[]): string[] {
  const { operations } = plan(testPlanInput(target, withFinishedImages(snapshot, new Set(downloading))));
  return operations.map(({ kind, service }) => `${kind} ${service}`);
}

it('makes a service wait for the end of its download, though the image is there', () => {
  const withImages = steps([]);
  expect(withImages).not.toContain('pull-image web');
  expect(steps(['docker.io/library/web:1'])).toEqual(['pull-image web', 'save-image web', ...withImages]);
});

it('keeps the image, so that it is not taken for a left-over', () => {
  const { images } = withFinishedImages(snapshot, new Set(['web:1']));
  expect(images.map(({ id }) => id)).toEqual(snapshot.images.map(({ id }) => id));
  expect(imageFinder(images)('web:1')).toBeUndefined();
  expect(imageFinder(images)('db:1')).toBeDefined();
});
