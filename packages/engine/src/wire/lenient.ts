import * as z from 'zod';

/** Fields of the Engine API: Go leaves empty ones out or writes `null`, depending on the field and the version. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

export const number = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);

export const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

export const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);

export const textMap = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});

/** A Go set: the keys are what matters. */
export const keys = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => Object.keys(value ?? {}).sort());

/** A list of the objects that the schema describes; missing is empty. */
export function listOf<Schema extends z.ZodType>(schema: Schema) {
  return z
    .array(schema)
    .nullish()
    .transform((value) => value ?? []);
}

/** A map from names to the objects that the schema describes; missing is empty. */
export function mapOf<Schema extends z.ZodType>(schema: Schema) {
  return z
    .record(z.string(), schema)
    .nullish()
    .transform((value): Record<string, z.output<Schema>> => value ?? {});
}
