import * as fc from 'fast-check';
import * as z from 'zod';
import { REFERENCE } from '../../src/openapi/schemas.ts';
import type { OpenApiDocument, OpenApiOperation } from '../../src/openapi/document.ts';

/** A request that the document allows, or nearly so. */
export interface FuzzRequest {
  readonly method: string;
  /** As the document has it. */
  readonly route: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface FuzzWorld {
  /** Keys that exist. */
  readonly keys: readonly string[];
  /** Values of path parameters that exist, by name. */
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  /** Routes that are left out, as `METHOD path`. */
  readonly without?: readonly string[];
}

/** Requests to every operation of a document: some as it says, some with parts that are anything. */
export function arbitraryRequest({ paths, components }: OpenApiDocument, world: FuzzWorld): fc.Arbitrary<FuzzRequest> {
  const operations = Object.entries(paths).flatMap(([route, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ route, method: method.toUpperCase(), operation })),
  );
  const included = operations.filter(({ route, method }) => world.without?.includes(`${method} ${route}`) !== true);
  return fc.oneof(...included.map((one) => requestTo(one, world, components.schemas)));
}

/** Schemas that others refer to. */
type Named = OpenApiDocument['components']['schemas'];

interface Target {
  readonly route: string;
  readonly method: string;
  readonly operation: OpenApiOperation;
}

function requestTo({ route, method, operation }: Target, world: FuzzWorld, named: Named): fc.Arbitrary<FuzzRequest> {
  const { parameters = [], requestBody } = operation;
  const inPath = parameters
    .filter((one) => one.in === 'path')
    .map(({ name }) => [name, pathValue(name, world)] as const);
  const inQuery = parameters.filter((one) => one.in === 'query').map(({ name }) => [name, fc.string()] as const);
  return fc
    .record({
      path: fc.record(Object.fromEntries(inPath)),
      query: fc.record(Object.fromEntries(inQuery), { requiredKeys: [] }),
      key: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...world.keys) }, { weight: 1, arbitrary: fc.string() }),
      keyInHeader: fc.boolean(),
      type: fc.oneof(
        { weight: 6, arbitrary: fc.constant('application/json') },
        { weight: 1, arbitrary: fc.constantFrom('application/x-www-form-urlencoded', 'text/plain', '', '/;') },
      ),
      body:
        requestBody === undefined
          ? fc.constant(null)
          : arbitraryBody(requestBody.content['application/json']?.schema, named),
    })
    .map(({ path, query, key, keyInHeader, type, body }) => ({
      method,
      route,
      path: withQuery(
        route.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? '')),
        { ...query, ...(keyInHeader ? {} : { apikey: key }) },
      ),
      headers: {
        ...(keyInHeader ? { authorization: `Bearer ${encodeURIComponent(key)}` } : {}),
        ...(body === null || type === '' ? {} : { 'content-type': type }),
      },
      body,
    }));
}

function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));

  return pairs.length === 0 ? path : `${path}?${new URLSearchParams(Object.fromEntries(pairs)).toString()}`;
}

/** Sometimes what exists, sometimes anything that is a path. */
function pathValue(name: string, { parameters }: FuzzWorld): fc.Arbitrary<string> {
  const anything = fc.string({ minLength: 1, maxLength: 40 }).filter((text) => !/^\.{1,2}$/.test(text));
  const known = parameters[name] ?? [];
  if (known.length === 0) return anything;
  return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: anything });
}

function arbitraryBody(schema: unknown, named: Named): fc.Arbitrary<string | null> {
  return fc.oneof(
    { weight: 6, arbitrary: fromSchema(schema, named).map((value) => JSON.stringify(value)) },
    { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.string() },
    { weight: 1, arbitrary: fc.constant(null) },
  );
}

const Schema = z
  .object({
    type: z.union([z.string(), z.array(z.string())]),
    enum: z.array(z.unknown()),
    const: z.unknown(),
    $ref: z.string(),
    anyOf: z.array(z.unknown()),
    allOf: z.array(z.unknown()),
    additionalProperties: z.unknown(),
    properties: z.record(z.string(), z.unknown()),
    items: z.unknown(),
    minimum: z.number(),
    maximum: z.number(),
    maxLength: z.number(),
    pattern: z.string(),
    examples: z.array(z.unknown()),
  })
  .partial();

/** The fields of all of them. */
function merge(parts: readonly unknown[]): object {
  return Object.fromEntries(
    parts.flatMap((part) => (typeof part === 'object' && part !== null ? Object.entries(part) : [])),
  );
}

/** Values that a JSON schema allows, or nearly so. */
function fromSchema(schema: unknown, named: Named): fc.Arbitrary<unknown> {
  const parsed = Schema.safeParse(schema);
  if (!parsed.success) return fc.jsonValue({ maxDepth: 1 });
  const {
    type,
    enum: words,
    $ref,
    anyOf,
    allOf,
    properties,
    additionalProperties,
    items,
    examples,
    ...limits
  } = parsed.data;
  const within = (inner: unknown): fc.Arbitrary<unknown> => fromSchema(inner, named);
  if (examples !== undefined) {
    const { examples: _, ...rest } = parsed.data;
    return fc.oneof(fc.constantFrom(...examples), fc.jsonValue({ maxDepth: 1 }), within(rest));
  }
  if ($ref !== undefined) return within(named[$ref.replace(REFERENCE, '')]);
  if (allOf !== undefined) return fc.tuple(...allOf.map(within)).map(merge);
  if (words !== undefined) return fc.constantFrom(...words);
  if (anyOf !== undefined) return fc.oneof(...anyOf.map(within));
  if (typeof type === 'object') return fc.oneof(...type.map((one) => within({ ...parsed.data, type: one })));
  switch (type) {
    case 'object':
      if (properties === undefined) {
        return fc.dictionary(fc.string({ maxLength: 12 }), within(additionalProperties), { maxKeys: 3 });
      }
      return fc.record(Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, within(one)])), {
        requiredKeys: [],
      });
    case 'array':
      return fc.array(within(items), { maxLength: 4 });
    case 'string':
      return fc.string({ maxLength: Math.min(limits.maxLength ?? 40, 300) });
    case 'integer':
    case 'number':
      return fc.integer({ min: Math.max(limits.minimum ?? -10, -1e6), max: Math.min(limits.maximum ?? 1e6, 1e6) });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 1 });
  }
}
