import * as z from 'zod';
import type { RouteScope } from '../access.ts';
import { SUBJECTS, type Answer, type FailureForm, type Route } from '../routes/route.ts';
import { DataAnswer, FailureAnswer } from '../schema/answers.ts';
import type { Content, OpenApiDocument, OpenApiOperation, OpenApiParameter } from './document.ts';
import { createSchemas, exampleOf, type Schemas } from './schemas.ts';

/** Describes the routes, from the schemas that check what they take. */
export function buildDocument(routes: readonly Route[], version: string): OpenApiDocument {
  const schemas = createSchemas();
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const answer of [FailureAnswer, DataAnswer]) schemas.describe(answer, 'output');
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeRoute(route, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Device supervisor',
      version,
      description:
        'Paths match in any case, with or without a trailing slash, and HEAD works wherever GET does. Bodies are JSON or ' +
        'URL-encoded forms of up to 10 MB; none is the same as an empty object. Every answer has an `X-Request-Id`.',
    },
    servers: [{ url: '/', description: 'This device' }],
    tags: Object.entries(SUBJECTS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: schemas.named,
      securitySchemes: {
        apiKeyInQuery: { type: 'apiKey', in: 'query', name: 'apikey' },
        bearer: { type: 'http', scheme: 'bearer' },
        apiKeyInHeader: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'The word `ApiKey`, a blank, and the key',
        },
      },
    },
  };
}

const SECURITY: readonly Readonly<Record<string, readonly string[]>>[] = [
  { apiKeyInQuery: [] },
  { bearer: [] },
  { apiKeyInHeader: [] },
];

const SCOPES: Readonly<Record<RouteScope, string>> = {
  none: 'Needs no key.',
  'any-key': 'Takes every key.',
  app: 'Takes every key; that of a service is for its own app alone, and sees nothing of others.',
  global: "Takes the device's own key only.",
};

function describeRoute(route: Route, schemas: Schemas): OpenApiOperation {
  const { method, path, scope, subject, summary, input } = route;
  const body = route.body();
  const parameters = [...parametersOf('path', input.params, schemas), ...parametersOf('query', input.query, schemas)];
  return {
    operationId: operationId(method, path),
    summary,
    description: SCOPES[scope],
    tags: [subject],
    security: scope === 'none' ? [] : SECURITY,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: false, content: bodyContent(body, schemas) } }),
    responses: describeResponses(route, schemas),
  };
}

/** e.g. `postV2ApplicationsAppIdRestart`. */
function operationId(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return [method.toLowerCase(), ...words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join('');
}

function parametersOf(place: 'path' | 'query', schema: z.ZodType | undefined, schemas: Schemas): OpenApiParameter[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = OBJECT.parse(schemas.describe(schema, 'input'));
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(typeof description === 'string' ? { description } : {}),
    schema: property,
  }));
}

const OBJECT = z
  .object({ properties: z.record(z.string(), z.record(z.string(), z.unknown())), required: z.array(z.string()) })
  .partial();

function bodyContent(body: z.ZodType, schemas: Schemas): Content {
  const schema = schemas.describe(body, 'input');
  const example = exampleOf(schema, schemas.named);
  const content = { schema, ...(example === undefined ? {} : { example }) };
  return { 'application/json': content, 'application/x-www-form-urlencoded': content };
}

function describeResponses(route: Route, schemas: Schemas): OpenApiOperation['responses'] {
  const answers = Object.entries(route.answers()).map(
    ([status, answer]) => [status, { description: PHRASES[status] ?? '', ...describeAnswer(answer, schemas) }] as const,
  );
  const failures = Object.entries(failuresOf(route)).map(
    ([status, form]) =>
      [status, { description: PHRASES[status] ?? '', content: contentOf(route, status, form) }] as const,
  );
  return Object.fromEntries([...failures, ...answers]);
}

/** A missing key is answered with text, and a key of another app with JSON. */
function contentOf({ scope }: Route, status: string, form: FailureForm): Content {
  const isAboutKey = status === '401' && scope === 'app';
  return { ...failureContent(form), ...(isAboutKey ? failureContent('json') : {}) };
}

/** Those that the route names, and those of every route of its kind. */
function failuresOf({ scope, input, failures, faultStatus, streams }: Route): Readonly<Record<string, FailureForm>> {
  return {
    ...(scope === 'none' ? {} : { 401: 'text' }),
    403: 'json',
    ...(input.params === undefined && input.query === undefined ? {} : { 400: 'json' }),
    ...(input.body === undefined ? {} : { 400: 'json', 413: 'json', 429: 'json' }),
    ...(streams ? { 429: 'json' } : {}),
    [faultStatus]: 'json',
    ...failures,
  };
}

const PHRASES: Readonly<Record<string, string>> = {
  200: 'Done',
  202: 'Accepted',
  204: 'Accepted',
  400: 'The request is invalid',
  401: 'The key is missing, unknown, or not sufficient',
  404: 'Not found on the device',
  409: 'The app is not on the device, or the key has no access to it',
  403: 'A page of another site sent it, or it came to a name that is not this device’s, and it has no key',
  413: 'The body is larger than the limit of the route',
  423: 'A service holds its update lock, or the host is being updated',
  429: 'Too many requests or streams are open; try again in a moment',
  500: 'It did not work',
  503: 'It did not work',
};

function describeAnswer(answer: Answer, schemas: Schemas): { content?: Content } {
  switch (answer.type) {
    case 'empty':
      return {};
    case 'json':
      return { content: { 'application/json': { schema: schemas.describe(answer.schema, 'output') } } };
    case 'text': {
      const { example, contentType = 'text/plain' } = answer;
      return { content: { [mediaType(contentType)]: { schema: { type: 'string' }, example } } };
    }
    case 'stream': {
      const { item, contentType } = answer;
      const lines = item === undefined ? {} : { contentSchema: schemas.describe(item, 'output') };
      return { content: { [mediaType(contentType)]: { schema: { type: 'string', ...lines } } } };
    }
  }
}

function failureContent(form: FailureForm): Content {
  switch (form) {
    case 'json':
      return { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } };
    case 'data':
      return { 'application/json': { schema: { $ref: '#/components/schemas/DataAnswer' } } };
    case 'text':
      return { 'text/plain': { schema: { type: 'string' } } };
  }
}

function mediaType(contentType: string): string {
  return contentType.replace(/;.*$/, '');
}
