import type { Context } from 'hono';
import * as z from 'zod';
import type { Access, RouteScope } from '../access.ts';
import { InvalidRequestError } from '../errors.ts';
import type { Intake } from '../transport/intake.ts';
import { bodyLength, readBody, type RequestBody } from '../transport/read-body.ts';

/** One entry of the route table: routing, keys, allowed methods, validation and documentation come from it. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** e.g. `/v2/applications/:appId/state`. */
  readonly path: `/${string}`;
  readonly scope: RouteScope;
  /** The summary, a sentence without a full stop. */
  readonly summary: string;
  readonly subject: Subject;
  readonly input: InputShape;
  /** The body as the document shows it. */
  readonly body: () => z.ZodType | undefined;
  /** The successful responses, by status; a function, so that they are built only when the document is read. */
  readonly answers: () => Answers;
  /** Which failures beyond those of every route there are, and in which form. */
  readonly failures: Failures;
  /** Statuses of errors, by code, that differ from {@link STATUS} for this route. */
  readonly statuses: Readonly<Record<string, FailureStatus>>;
  /** Status of a fault of the supervisor. */
  readonly faultStatus: FailureStatus;
  /** Does it answer with a stream, which has no length and no validator? */
  readonly streams: boolean;
  /** Does a GET change something? Then HEAD is not allowed. */
  readonly acts: boolean;
  /** Throws one of the errors of the error map when it cannot answer. */
  readonly handle: (context: RouteContext) => Response | Promise<Response>;
}

export const SUBJECTS = {
  State: 'Running services, and whether the device is at its target',
  Target: 'The target, and the operations that lead to it',
  Services: 'Restart, stop, start and purge apps and their services',
  Locks: 'Locks that keep an update from stopping services',
  Logs: 'Logs of services, supervisor and host',
  Health: 'Health and metrics',
  Device: 'Its name, tags, kind and VPN',
  Host: 'Power, LED, proxy, host name, volumes',
  Supervisor: 'Its version, keys and this document',
} as const;
export type Subject = keyof typeof SUBJECTS;

/** The inputs of a route; each is checked before its handler runs. */
export type InputShape = { readonly [Part in 'params' | 'query' | 'body']?: z.ZodType };

export type Answers = Readonly<Record<number, Answer>>;

/** `stream`: it continues until the client leaves, or everything has been said. */
export type Answer =
  | { readonly type: 'empty' }
  | { readonly type: 'text'; readonly example: string; readonly contentType?: string }
  | { readonly type: 'stream'; readonly contentType: string; readonly item?: z.ZodType }
  | { readonly type: 'json'; readonly schema: z.ZodType };

/** By status: `json` is `{status, message}`, `data` is `{Data, Error}` as some of the first routes have it. */
export type Failures = Readonly<Partial<Record<FailureStatus, FailureForm>>>;
export type FailureStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 423 | 429 | 500 | 503;
export type FailureForm = 'json' | 'text' | 'data';

export type RouteContext = Context<RouteEnvironment>;

export interface RouteEnvironment {
  Bindings: RequestBindings;
  Variables: { access: Access; key: string | undefined; intake: Intake };
}

/** The context of a request. */
export interface RequestBindings {
  /** Aborted when the server is about to end; endless answers end then. */
  readonly ending?: AbortSignal;
  /** Absent: it did not come over HTTP. */
  readonly requestId?: string;
  /** Absent: it did not come over HTTP. */
  readonly connection?: ClientConnection;
}

/** The two ends of a client's connection. */
export interface ClientConnection {
  readonly remoteAddress: string;
  readonly localAddress: string;
}

/** Tells requests apart in logs; clients find the id in the header `X-Request-Id` of the answer. */
export interface RequestIdentity {
  /** `null`: it did not come over HTTP. */
  readonly id: string | null;
  readonly method: string;
  /** Without its query, which may hold a key. */
  readonly path: string;
}

/** The route that a definition describes: its handler gets what its schemas have checked. */
export function defineRoute<Input extends InputShape>({
  input,
  failures = {},
  statuses = {},
  faultStatus = 503,
  streams = false,
  acts = false,
  bodyLimit = SMALL_BODY,
  messages = {},
  document,
  handle,
  ...route
}: RouteDefinition<Input>): Route {
  const schema = z.object(input);
  const parts = new Set(Object.keys(input));
  const run = (raw: object, context: RouteContext): Response | Promise<Response> => {
    const parsed = schema.safeParse(raw);
    if (!parsed.success) throw invalid(parsed.error, messages);
    return handle({ input: parsed.data, access: context.get('access'), context });
  };
  return {
    ...route,
    input,
    body: () => document?.() ?? input.body,
    failures,
    statuses,
    faultStatus,
    streams,
    acts,
    handle(context) {
      const raw = {
        ...(parts.has('params') ? { params: context.req.param() } : {}),
        ...(parts.has('query') ? { query: context.req.query() } : {}),
      };
      if (!parts.has('body')) return run(raw, context);
      return handleBody(context, bodyLimit, (body) => run({ ...raw, body }, context));
    },
  };
}

interface RouteDefinition<Input extends InputShape> extends Pick<
  Route,
  'method' | 'path' | 'scope' | 'summary' | 'subject' | 'answers'
> {
  readonly input: Input;
  readonly failures?: Failures;
  readonly statuses?: Route['statuses'];
  readonly faultStatus?: FailureStatus;
  readonly streams?: boolean;
  readonly acts?: boolean;
  /** Bytes that the body may have; 256 KB by default. */
  readonly bodyLimit?: number;
  /** The schema by which the handler decodes the body, for the document; absent: it is the schema of the body. */
  readonly document?: () => z.ZodType;
  /** By field of the body: the message that deployed clients expect when it is missing or not valid. */
  readonly messages?: Readonly<Record<string, string>>;
  readonly handle: (request: RouteRequest<Input>) => Response | Promise<Response>;
}

/** Bytes: of a target. */
export const TARGET_BODY: number = 10 * 1024 * 1024;
const SMALL_BODY = 256 * 1024;

async function handleBody(
  context: RouteContext,
  limit: number,
  handle: (body: RequestBody) => Response | Promise<Response>,
): Promise<Response> {
  using upload = context.get('intake').open(Math.min(bodyLength(context.req.raw) ?? limit, limit));
  const read = await readBody(context.req.raw, { limit, upload });
  return await upload.inTurn(read, handle);
}

/** A request whose parts have been checked. */
export interface RouteRequest<Input extends InputShape> {
  readonly input: z.output<z.ZodObject<Input>>;
  readonly access: Access;
  readonly context: RouteContext;
}

/** Names the field; what is wrong in the path names itself. */
function invalid(error: z.ZodError, messages: Readonly<Record<string, string>>): InvalidRequestError {
  const [issue] = error.issues;
  const [part, ...path] = issue?.path ?? [];
  const field = part === 'params' ? '' : path.map(String).join('.');
  const known = part === 'body' && Object.hasOwn(messages, field) ? messages[field] : undefined;
  const message = messageOf(issue);
  return new InvalidRequestError(known ?? (field === '' ? message : `${field}: ${message}`));
}

function messageOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'invalid_key') return messageOf(issue.issues[0]);
  return issue?.message ?? 'is not valid';
}
