import * as z from 'zod';

/** What the measurement asks of the process in which the cloud runs. */
export type Command = z.infer<typeof Command>;

export const Command = z.enum(['describe', 'release', 'running', 'fail', 'heal', 'take']);

/** Images of the releases, which take turns. */
export const IMAGES = ['fleet:1', 'fleet:2'] as const;
