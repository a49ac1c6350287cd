import type * as z from 'zod';

/**
 * A schema that the document holds once, under its name. It is made at its first use: a supervisor whose document no client
 * reads has no memory for it.
 */
export function named<T extends z.ZodType>(id: string, make: () => T): () => T {
  let made: T | null = null;
  return () => (made ??= make().meta({ id }));
}
