import * as z from 'zod';
import type { JsonSchema } from './document.ts';

/** The JSON schemas of a document: those with a name are kept once, and referred to. */
export interface Schemas {
  describe(schema: z.ZodType, io: 'input' | 'output'): JsonSchema;
  /** Those with a name, so far. */
  readonly named: Readonly<Record<string, JsonSchema>>;
}

const SHAPE = z.object({
  properties: z.object({ schema: z.record(z.string(), z.unknown()) }),
  $defs: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});

export function createSchemas(): Schemas {
  const named = new Map<string, JsonSchema>();
  return {
    describe(schema, io) {
      // Within an object, also the outermost schema becomes a definition.
      const document = z.toJSONSchema(z.object({ schema }), { io, unrepresentable: 'any', override: refine });
      const moved: unknown = JSON.parse(JSON.stringify(document).replaceAll('"#/$defs/', '"#/components/schemas/'));
      const { properties, $defs } = SHAPE.parse(moved);
      for (const [name, { id: _, ...definition }] of Object.entries($defs)) {
        const known = named.get(name);
        if (known !== undefined && JSON.stringify(known) !== JSON.stringify(definition)) {
          throw new TypeError(`Two schemas of the API have the name ${name}`);
        }
        named.set(name, definition);
      }
      return properties.schema;
    },
    get named() {
      return Object.fromEntries([...named].toSorted(([a], [b]) => (a < b ? -1 : 1)));
    },
  };
}

/**
 * Examples are of what clients send, also where it is transformed: zod leaves those out. And the limits of safe integers
 * say nothing about the API.
 */
function refine({ zodSchema, jsonSchema }: Conversion): void {
  const examples = z.globalRegistry.get(zodSchema)?.examples;
  if (Array.isArray(examples)) jsonSchema.examples = examples;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}

interface Conversion {
  readonly zodSchema: z.core.$ZodType;
  readonly jsonSchema: z.core.JSONSchema.BaseSchema;
}

/** A value that a schema names as an example, of itself or of what it refers to. */
export function exampleOf(schema: JsonSchema | undefined, named: Schemas['named']): unknown {
  if (schema === undefined) return undefined;
  const { examples, $ref, allOf, anyOf } = z
    .object({
      examples: z.array(z.unknown()),
      $ref: z.string(),
      allOf: z.array(z.record(z.string(), z.unknown())),
      anyOf: z.array(z.record(z.string(), z.unknown())),
    })
    .partial()
    .parse(schema);
  if (examples !== undefined) return examples[0];
  if ($ref !== undefined) return exampleOf(named[$ref.slice(REFERENCE.length)], named);
  return exampleOf((allOf ?? anyOf)?.[0], named);
}

/** Prefix of the reference to a named schema. */
export const REFERENCE = '#/components/schemas/';
