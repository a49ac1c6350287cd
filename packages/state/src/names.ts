import * as z from 'zod';

/** Name of a service, network or volume, as container engines accept it. */
export const ComponentName = z
  .string()
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, 'must start with a letter or digit and hold only letters, digits, _ . and -');

/** A number that identifies something in the cloud; older clients send it as a string of digits. */
export const NumericId = z
  .union([z.int().nonnegative(), z.string().regex(/^\d+$/).transform(Number)], 'must be a whole number, 0 or more')
  .refine(Number.isSafeInteger, 'must be a whole number below 2^53');

/** Name of an environment variable. */
export const EnvironmentName = z.string().regex(/^[^=\0]+$/, 'must not be empty and must not contain = or NUL');

/** Name of a label or of a configuration variable. */
export const KeyName = z.string().min(1, 'must not be empty');

export const Environment = z.record(EnvironmentName, z.string('must be a string'));
export const Labels = z.record(KeyName, z.string('must be a string'));
