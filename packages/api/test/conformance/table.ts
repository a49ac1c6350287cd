import type { Route } from '../../src/routes/route.ts';
import { HAPPY, REDACTED } from './happy-requests.ts';
import { DENIED, failure, OUT_OF_SCOPE, type Row } from './row.ts';
import { SPECIAL } from './special-rows.ts';
import { SINGLE, worldTarget } from './world.ts';

/** Every row of the table, for the routes that there are. */
export function conformanceRows(routes: readonly Route[], image: string): ReadonlyMap<string, readonly Row[]> {
  return new Map(
    routes.map((route) => {
      const name = `${route.method} ${route.path}`;
      return [name, [...generalRows(name, route, image), ...(SPECIAL[name] ?? [])]];
    }),
  );
}

/** The rows that every route has. */
function generalRows(name: string, { method, path, scope, input }: Route, image: string): Row[] {
  const happy = HAPPY[name];
  if (happy === undefined) throw new Error(`the conformance table has no request for ${name}`);
  const body = name === 'POST /v2/local/target-state' ? worldTarget(image) : happy.body;
  const request = { method, path: happy.path ?? single(path), ...(body === undefined ? {} : { body }) };
  const works: Row = {
    name: 'works',
    given: happy.given ?? [],
    request,
    key: 'global',
    status: happy.status ?? 200,
    ...(happy.answer === undefined ? {} : { body: happy.answer }),
  };
  const malformed = { ...request, body: '{"force":' };
  return [
    works,
    ...(scope === 'none'
      ? [
          { ...works, name: 'needs no key', key: 'none' as const },
          { ...works, name: 'does not mind a wrong key', key: 'wrong' as const },
        ]
      : [
          { ...works, name: 'refuses without a key', key: 'none' as const, ...DENIED },
          { ...works, name: 'refuses a wrong key', key: 'wrong' as const, ...DENIED },
        ]),
    ...otherAppRows(name, scope, works),
    ...(input.body === undefined
      ? []
      : [{ ...works, name: 'refuses malformed JSON', request: malformed, ...failure(name, 400, /JSON/) }]),
    ...(name === 'POST /v1/regenerate-api-key'
      ? []
      : [
          {
            ...works,
            name: 'needs no key when none is required',
            given: [...works.given, 'no key required' as const],
            key: 'none' as const,
          },
        ]),
  ];
}

/** The answer to a key of app `multi` for app `single`. */
function otherAppRows(name: string, scope: Route['scope'], works: Row): Row[] {
  const refuses = { ...works, name: "refuses another app's key", key: 'multi' as const };
  switch (scope) {
    case 'none':
      return [];
    case 'global':
      return [{ ...refuses, name: "refuses a service's key", ...DENIED }];
    case 'any-key':
      return [{ ...works, name: "takes a service's key", key: 'multi' }];
    case 'app':
      // Clients know this one as an app that is not there.
      if (name === 'GET /v2/applications/:appId/state')
        return [{ ...refuses, ...failure(name, 409, /does not exist/) }];
      if (NAMES_AN_APP.test(name)) return [{ ...refuses, ...OUT_OF_SCOPE }];
      return [{ ...works, name: 'shows a key its own app', key: 'multi', body: REDACTED[name] ?? works.body }];
  }
}

const NAMES_AN_APP = /:appId|:uuid|^POST \/v1\/(purge|restart)$/;

function single(path: string): string {
  return path.replace(':appId', String(SINGLE.id)).replace(':uuid', SINGLE.uuid);
}
