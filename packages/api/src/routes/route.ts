import type { Device } from '@device-supervisor/device';
import type { Context } from 'hono';
import type { Access, RouteScope } from '../access.ts';
import type { LogStream } from '../ports.ts';

/** One entry of the route table, from which routing, keys, allowed methods and documentation come. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** e.g. `/v2/applications/:appId/state`. */
  readonly path: `/${string}`;
  readonly scope: RouteScope;
  /** What it does, as a sentence without a full stop. */
  readonly summary: string;
  /** Throws one of the errors of the error map when it cannot answer. */
  readonly handle: (context: RouteContext) => Response | Promise<Response>;
}

export type RouteContext = Context<RouteEnvironment>;

export interface RouteEnvironment {
  Bindings: RequestBindings;
  Variables: { access: Access };
}

/** What the server passes along with a request. */
export interface RequestBindings {
  /** Aborted when the server is about to end; endless answers end then. */
  readonly ending?: AbortSignal;
}

export interface RouteDependencies {
  readonly device: Device;
  readonly logs: LogStream;
  /** What clients are told: semver, 17.0.0 or above, without a pre-release tag. */
  readonly version: string;
  readonly onError: (error: unknown) => void;
}
