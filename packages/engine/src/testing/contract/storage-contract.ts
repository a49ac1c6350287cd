import { describe, expect, it } from 'vitest';
import { DEFAULT_CONTAINER_CONFIG, type EngineSnapshot, type PullProgress } from '@device-supervisor/compose';
import { ImagePullError, ObjectInUseError } from '../../errors.ts';
import { serviceConfig, volumeConfig, rejection, LEASE, type ContractSubject } from './contract-subject.ts';

/** The contract of engines for volumes and images. */
export function describeStorage(subject: ContractSubject): void {
  const { observe, create, find, pull } = subject;
  describe('volumes', () => {
    it('creates one, and creating it again keeps the first', async () => {
      const config = volumeConfig({ note: 'first' });
      await subject.engine.createVolume('contract-data', config);
      await subject.engine.createVolume('contract-data', volumeConfig({ note: 'second' }));
      const found = (await observe()).volumes.filter((one) => one.name === 'contract-data');
      expect(found).toEqual([{ name: 'contract-data', supervised: true, appUuid: 'a1b2', config }]);
    });

    it('keeps one that a container uses, and removes it after that', async () => {
      await subject.engine.createVolume('contract-data', volumeConfig());
      const mounts = [{ type: 'volume', source: 'contract-data', target: '/data', readOnly: false } as const];
      const { id } = await create('contract-web', { mounts });
      const error = await rejection(subject.engine.removeVolume('contract-data'));
      expect(error).toBeInstanceOf(ObjectInUseError);
      expect(error).toMatchObject({ details: { kind: 'volume', name: 'contract-data' } });
      await subject.engine.removeContainer(id, LEASE);
      await subject.engine.removeVolume('contract-data');
      await subject.engine.removeVolume('contract-data');
      expect((await observe()).volumes.some((one) => one.name === 'contract-data')).toBe(false);
    });

    it('makes one that a container mounts, and shows no anonymous ones', async () => {
      const mounts = [{ type: 'volume', source: 'contract-data', target: '/data', readOnly: true } as const];
      const { config } = await create('contract-web', { mounts, anonymousVolumes: ['/scratch'] });
      expect(config).toMatchObject({ mounts, anonymousVolumes: ['/image-volume', '/scratch'] });
      expect((await observe()).volumes).toMatchObject([{ name: 'contract-data', supervised: false, appUuid: null }]);
    });
  });

  describe('images', () => {
    it('pulls by tag, with progress that never falls', async () => {
      const { tag, digest } = await subject.harness.publish('contract-pull', 'one');
      const progress: PullProgress[] = [];
      await pull(tag, (one) => progress.push(one));
      const percents = progress.map(({ percent }) => percent);
      expect(percents.at(0)).toBe(0);
      expect(percents.at(-1)).toBe(100);
      expect(percents.every(Number.isInteger)).toBe(true);
      for (const figures of [percents, progress.map(({ receivedBytes }) => receivedBytes)]) {
        expect(figures).toEqual(figures.toSorted((a, b) => a - b));
      }
      const { receivedBytes = 0, totalBytes = 0 } = progress.at(-1) ?? {};
      expect(receivedBytes).toBeGreaterThan(0);
      expect(totalBytes).toBe(receivedBytes);
      const image = (await observe(tag)).images.find(({ tags }) => tags.includes(tag));
      expect(image).toMatchObject({ digests: [digest], config: { environment: { FROM_IMAGE: 'yes' } } });
      expect(image?.layers?.join()).toMatch(/^sha256:[0-9a-f]{64}/);
      await subject.engine.removeImage(tag);
    });

    it('pulls by digest', async () => {
      const { digest } = await subject.harness.publish('contract-pull', 'one');
      await pull(digest);
      const image = (await observe(digest)).images.find(({ digests }) => digests.includes(digest));
      expect(image).toMatchObject({ tags: [], config: subject.harness.image.config });
      await subject.engine.removeImage(digest);
      expect((await observe()).images.some(({ digests }) => digests.includes(digest))).toBe(false);
    });

    it('moves a tag to what the registry has now', async () => {
      const { tag } = await subject.harness.publish('contract-pull', 'one');
      await pull(tag);
      const before = (await observe()).images.find(({ tags }) => tags.includes(tag));
      await subject.harness.publish('contract-pull', 'two');
      await pull(tag);
      const after = (await observe()).images.filter(({ tags }) => tags.includes(tag));
      expect(after).toHaveLength(1);
      expect(after[0]?.id).not.toBe(before?.id);
      await subject.engine.removeImage(tag);
      for (const digest of before?.digests ?? []) await subject.engine.removeImage(digest);
    });

    it('says that the registry does not have an image', async () => {
      const error = await rejection(pull(subject.harness.unpublished));
      expect(error).toBeInstanceOf(ImagePullError);
      expect(error).toMatchObject({ details: { reference: subject.harness.unpublished, reason: 'not-found' } });
    });

    it('does not pull when it was aborted', async () => {
      const reason = new Error('no longer wanted');
      const options = { signal: AbortSignal.abort(reason), onProgress: () => undefined };
      const { tag } = await subject.harness.publish('contract-pull', 'one');
      expect(await rejection(subject.engine.pullImage(tag, options))).toBe(reason);
      expect((await observe()).images.some(({ tags }) => tags.includes(tag))).toBe(false);
    });

    it('ends a pull in the middle when it is aborted, and pulls the image another time', async () => {
      const { tag, reached, release } = await subject.harness.publishHeld('contract-held', 'held');
      const reason = new Error('no longer wanted');
      const controller = new AbortController();
      const pulled = rejection(
        subject.engine.pullImage(tag, { signal: controller.signal, onProgress: () => undefined }),
      );
      await reached();
      controller.abort(reason);
      expect(await pulled).toBe(reason);
      expect((await observe()).images.some(({ tags }) => tags.includes(tag))).toBe(false);
      release();
      await pull(tag);
      expect((await observe()).images.some(({ tags }) => tags.includes(tag))).toBe(true);
      await subject.engine.removeImage(tag);
    });

    it('gives the configuration of those that it was asked about and of those in use', async () => {
      const { reference, config } = subject.harness.image;
      const configOf = ({ images }: EngineSnapshot): unknown =>
        images.find(({ tags }) => tags.includes(reference))?.config;
      expect(configOf(await observe())).toBeUndefined();
      expect(configOf(await observe(reference, 'contract/nothing:1'))).toEqual(config);
      await create('contract-web');
      expect(configOf(await observe())).toEqual(config);
    });

    it('keeps one that a container uses, and removes it after that', async () => {
      const { tag } = await subject.harness.publish('contract-pull', 'one');
      await pull(tag);
      await subject.engine.createContainer({ name: 'contract-web', image: tag, config: serviceConfig() });
      const error = await rejection(subject.engine.removeImage(tag));
      expect(error).toBeInstanceOf(ObjectInUseError);
      expect(error).toMatchObject({ details: { kind: 'image', name: tag } });
      await subject.engine.removeContainer((await find('contract-web')).id, LEASE);
      await subject.engine.removeImage(tag);
      await subject.engine.removeImage(tag);
      expect((await observe()).images.some(({ tags }) => tags.includes(tag))).toBe(false);
    });

    it('reports one that a container of another client uses', async () => {
      const { tag } = await subject.harness.publish('contract-pull', 'one');
      await pull(tag);
      const isUsedByOthers = async (): Promise<boolean | undefined> =>
        (await observe()).images.find(({ tags }) => tags.includes(tag))?.usedByOthers;
      await subject.engine.createContainer({ name: 'contract-web', image: tag, config: serviceConfig() });
      expect(await isUsedByOthers()).toBeUndefined();
      await subject.engine.createContainer({ name: 'contract-other', image: tag, config: DEFAULT_CONTAINER_CONFIG });
      expect(await isUsedByOthers()).toBe(true);
      await subject.engine.removeContainer('contract-other', LEASE);
      expect(await isUsedByOthers()).toBeUndefined();
      await subject.engine.removeContainer((await find('contract-web')).id, LEASE);
      await subject.engine.removeImage(tag);
    });

    it('takes one of several tags off an image in use', async () => {
      await create('contract-web');
      await subject.harness.tag(subject.harness.image.reference, 'contract-second:1');
      await subject.engine.removeImage('contract-second:1');
      const { images } = await observe();
      expect(images.some(({ tags }) => tags.includes('contract-second:1'))).toBe(false);
      expect(images.some(({ tags }) => tags.includes(subject.harness.image.reference))).toBe(true);
    });
  });
}
