/** How a server wants clients to authenticate. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service: string; readonly scope: string };

/** Reads a header `WWW-Authenticate`; `null`: an unknown scheme. */
export function parseChallenge(header: string | undefined): Challenge | null {
  const [, scheme = '', rest = ''] = /^\s*([A-Za-z]+)\s*(.*)$/s.exec(header ?? '') ?? [];
  if (/^basic$/i.test(scheme)) return { scheme: 'basic' };
  if (!/^bearer$/i.test(scheme)) return null;
  const parameters = new Map(
    [...rest.matchAll(/([a-z_]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi)].map(([, name = '', quoted, bare = '']) => [
      name.toLowerCase(),
      quoted?.replaceAll(/\\(.)/g, '$1') ?? bare,
    ]),
  );
  const realm = parameters.get('realm');
  if (realm === undefined || URL.parse(realm) === null) return null;
  return { scheme: 'bearer', realm, service: parameters.get('service') ?? '', scope: parameters.get('scope') ?? '' };
}
