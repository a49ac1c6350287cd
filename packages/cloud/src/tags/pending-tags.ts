import * as z from 'zod';
import { TooManyTagsError } from '../errors.ts';

/** Where tags are kept until the cloud has them. */
export interface TagMemory {
  /** `null`: nothing. */
  load(): string | null;
  save(text: string): void;
  clear(): void;
}

type Tags = Readonly<Record<string, string>>;
const TagsOrNothing: z.ZodType<Tags> = z.record(z.string(), z.string()).catch({});

/** Tags that were set and that the cloud does not have yet, over restarts. */
export interface PendingTags {
  all(): Tags;
  /** @throws {TooManyTagsError} when there would be more than a device keeps; those that it has stay */
  add(tags: Tags): void;
  /** Forgets those that still have the value that was dealt with. */
  remove(tags: Tags): void;
}

/** Characters of all of them together: any service may set tags, and a device may be without its cloud for a year. */
const LIMIT = 512 * 1024;

export function createPendingTags(memory: TagMemory): PendingTags {
  let pending: Tags = TagsOrNothing.parse(parseJson(memory.load() ?? '{}'));

  function keep(next: Tags): void {
    if (Object.keys(next).length === 0) memory.clear();
    else memory.save(JSON.stringify(next));
    pending = next;
  }

  return {
    all: () => pending,
    add(tags) {
      const next = { ...pending, ...tags };
      if (JSON.stringify(next).length > LIMIT) throw new TooManyTagsError(LIMIT);
      keep(next);
    },
    remove: (tags) => keep(Object.fromEntries(Object.entries(pending).filter(([name, value]) => tags[name] !== value))),
  };
}

/** A damaged value counts as lost. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
