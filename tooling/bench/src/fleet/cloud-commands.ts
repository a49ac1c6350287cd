import * as z from 'zod';

/** The commands of the measurement to the process of the cloud. */
export type Command = z.infer<typeof Command>;

export const Command = z.enum(['describe', 'release', 'running', 'fail', 'heal', 'take']);

/** Images of the releases, which take turns. */
export const IMAGES = ['fleet:1', 'fleet:2'] as const;
