import { z } from 'zod';

/** Results of one test file. */
export const FileResult = z.object({
  /** From the root of the repository. */
  file: z.string(),
  passed: z.number(),
  failed: z.number(),
  skipped: z.number(),
  /** It failed though none of its tests did, e.g. while it was loaded. */
  isBroken: z.boolean(),
  seconds: z.number(),
  /** Used by the tests and all that they started; known of files that run in a namespace. */
  processorSeconds: z.number().optional(),
});
export type FileResult = z.infer<typeof FileResult>;

/** Errors outside of the test files. */
export const RunError = z.object({ error: z.string() });
