import { createHash } from 'node:crypto';
import {
  canonicalReference,
  imageFinder,
  type Damage,
  type ImageConfig,
  type ObservedContainer,
  type ObservedImage,
} from '@device-supervisor/compose';
import { splitReference } from '../images/split-reference.ts';
import { ImageNotFoundError, ImagePullError, ObjectInUseError } from '../errors.ts';
import { isBuiltHere, isSupervised } from '../mapping/observed-container.ts';

/** An image that a test gives to the engine or to its registry. */
export interface ImageSpec extends Partial<ImageConfig> {
  /** Content id. Default: derived from the configuration and `content`. */
  readonly id?: string;
  /** Tells images with the same configuration apart. */
  readonly content?: string;
}

export interface MemoryImage {
  readonly id: string;
  readonly tags: readonly string[];
  readonly digests: readonly string[];
  readonly config: ImageConfig;
  readonly damage?: Damage;
}

export type ImageUser = Pick<ObservedContainer, 'config'>;

const PLAIN_IMAGE: ImageConfig = {
  environment: {},
  labels: {},
  entrypoint: null,
  command: ['/bin/sh'],
  user: '',
  workingDir: '',
  healthcheck: null,
  stopSignal: '',
  exposedPorts: [],
  volumes: [],
};

/** Images on the engine, and in the registry that it pulls from. */
export class MemoryImages {
  readonly #images = new Map<string, MemoryImage>();
  readonly #pullable = new Map<string, ImageSpec>();
  readonly #users: (imageId: string) => readonly ImageUser[];

  constructor(users: (imageId: string) => readonly ImageUser[]) {
    this.#users = users;
  }

  /** Puts an image on the engine, as a build does: it has a tag and no digest. */
  add(reference: string, spec: ImageSpec = {}): MemoryImage {
    const { repository, version } = splitReference(reference);
    return this.#store(spec, { tag: `${repository}:${version}` });
  }

  /** Puts an image into the registry, under a tag; it can be pulled by its digest too. */
  publish(reference: string, spec: ImageSpec = {}): { readonly id: string; readonly digestReference: string } {
    const { repository } = splitReference(reference);
    const digestReference = `${repository}@${digestOf(spec)}`;
    this.#pullable.set(canonicalReference(reference), spec);
    this.#pullable.set(canonicalReference(digestReference), spec);
    return { id: idOf(spec), digestReference };
  }

  pull(reference: string): MemoryImage {
    const spec = this.#pullable.get(canonicalReference(reference));
    if (spec === undefined) throw new ImagePullError(reference, 'not-found', `manifest for ${reference} not found`);
    const { repository, version } = splitReference(reference);
    const digest = `${repository}@${digestOf(spec)}`;
    return this.#store(spec, reference.includes('@') ? { digest } : { digest, tag: `${repository}:${version}` });
  }

  /** @param damage `null`: it can be inspected again */
  damage(reference: string, damage: Damage | null): void {
    const image = this.find(reference);
    if (image === undefined) throw new ImageNotFoundError(reference);
    const { damage: _, ...whole } = image;
    this.#images.set(image.id, damage === null ? whole : { ...whole, damage });
  }

  find(reference: string): MemoryImage | undefined {
    const found = imageFinder([...this.#images.values()])(reference);
    return found === undefined ? undefined : this.#images.get(found.id);
  }

  /** @returns the content id of the image that lost a name; `null`: there was none */
  remove(reference: string): { readonly id: string; readonly deleted: boolean } | null {
    const image = this.find(reference);
    if (image === undefined) return null;
    if (isSingleReference(image) && this.#users(image.id).length > 0) {
      throw new ObjectInUseError('image', reference, 'a container is using its referenced image');
    }
    const left = without(image, reference);
    const deleted = left.tags.length + left.digests.length === 0;
    if (deleted) this.#images.delete(image.id);
    else this.#images.set(image.id, left);
    return { id: image.id, deleted };
  }

  /** Images with a name and those asked about by id; with the configuration of those in use or asked about. */
  observe(references: readonly string[]): ObservedImage[] {
    const asked = new Set(references.map((reference) => this.find(reference)?.id));
    return [...this.#images.values()]
      .filter(({ id, tags, digests }) => tags.length > 0 || digests.length > 0 || references.includes(id))
      .map(({ config, damage, ...image }): ObservedImage => {
        const users = this.#users(image.id);
        const isInspected = asked.has(image.id) || users.some(isOurs);
        const inspection = damage === undefined ? { config, layers: [layerOf(image)] } : { damage };
        return {
          ...image,
          ...(isBuiltHere({ digests: image.digests, labels: config.labels }) ? { builtHere: true } : {}),
          ...(users.every(isOurs) ? {} : { usedByOthers: true }),
          ...(isInspected ? inspection : {}),
        };
      });
  }

  #store(spec: ImageSpec, { tag, digest }: { readonly tag?: string; readonly digest?: string }): MemoryImage {
    const id = idOf(spec);
    // A tag is at one image alone: the one that had it stays, without the name.
    if (tag !== undefined) {
      for (const [other, image] of this.#images) {
        if (other !== id) this.#images.set(other, { ...image, tags: image.tags.filter((one) => one !== tag) });
      }
    }
    // A present image is not pulled again, damaged or not.
    const { tags = [], digests = [], damage } = this.#images.get(id) ?? {};
    const image: MemoryImage = {
      ...(damage === undefined ? {} : { damage }),
      id,
      tags: [...new Set([...tags, ...(tag === undefined ? [] : [tag])])],
      digests: [...new Set([...digests, ...(digest === undefined ? [] : [digest])])],
      config: configOf(spec),
    };
    this.#images.set(id, image);
    return image;
  }
}

function isOurs({ config }: ImageUser): boolean {
  return isSupervised(config.labels);
}

function configOf({ id: _id, content: _content, ...config }: ImageSpec): ImageConfig {
  return { ...PLAIN_IMAGE, ...config };
}

function idOf(spec: ImageSpec): string {
  return spec.id ?? `sha256:${sha256(JSON.stringify([configOf(spec), spec.content ?? '']))}`;
}

/** Each image has one layer of its own. */
function layerOf({ id }: Pick<MemoryImage, 'id'>): string {
  return `sha256:${sha256(`layer of ${id}`)}`;
}

function digestOf(spec: ImageSpec): string {
  return `sha256:${sha256(`manifest of ${idOf(spec)}`)}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A tag and the digest that was pulled with it count as one. */
function isSingleReference({ tags, digests }: MemoryImage): boolean {
  if (tags.length + digests.length <= 1) return true;
  return (
    tags.length === 1 &&
    digests.length === 1 &&
    splitReference(tags[0] ?? '').repository === splitReference(digests[0] ?? '').repository
  );
}

/** With its last tag in a repository an image loses the repository's digests. */
function without(image: MemoryImage, reference: string): MemoryImage {
  const removed = canonicalReference(reference);
  const tags = image.tags.filter((tag) => canonicalReference(tag) !== removed);
  const digests = image.digests.filter((digest) => canonicalReference(digest) !== removed);
  const { repository } = splitReference(reference);
  const isTag = tags.length < image.tags.length;
  const isLastTag = isTag && !tags.some((tag) => splitReference(tag).repository === repository);
  return {
    ...image,
    tags,
    digests: isLastTag ? digests.filter((digest) => splitReference(digest).repository !== repository) : digests,
  };
}
