/** A query of a collection: the part of OData that devices use. */
export interface Query {
  readonly select: readonly string[] | null;
  readonly expand: readonly { readonly name: string; readonly select: readonly string[] | null }[];
  /** Field and value of `field eq value`; several of them are joined by `and`. */
  readonly filter: readonly { readonly field: string; readonly value: string | number }[];
}

/** The escapes that the real server's parser reads: `$`, space and `'`. It refuses any other, e.g. `%2F` and `%2C`. */
const READ_ESCAPES: ReadonlySet<string> = new Set(['%24', '%20', '%27']);

/**
 * @param search of the request's URL as it was sent, e.g. `?$select=id&$filter=uuid%20eq%20'…'`; the parameter `apikey` is
 * left out
 * @returns `null`: the real server answers 400 `Malformed url`
 */
export function parseQuery(search: string): Query | null {
  const parameters = new Map<string, string>();
  for (const part of search.replace(/^\?/, '').split('&')) {
    if (part === '' || part.startsWith('apikey=')) continue;
    if ((part.match(/%../g) ?? []).some((escape) => !READ_ESCAPES.has(escape))) return null;
    const [name = '', ...value] = part.split('=');
    parameters.set(decode(name), decode(value.join('=')));
  }
  const known = ['$select', '$expand', '$filter'];
  if ([...parameters.keys()].some((name) => !known.includes(name))) return null;
  const conditions = (parameters.get('$filter') ?? '').split(' and ').filter((each) => each !== '');
  const filter = conditions.map(parseCondition).filter((each) => each !== null);
  if (filter.length !== conditions.length) return null;
  const expand = parseExpand(parameters.get('$expand'));
  return expand === null ? null : { select: names(parameters.get('$select')), expand, filter };
}

/** Key of one entity, from what stands between the parentheses: `15` or `uuid='…'`. */
export function parseKey(text: string): { readonly field: string; readonly value: string | number } | null {
  if (/^\d+$/.test(text)) return { field: 'id', value: Number(text) };
  const [, field, value] = /^(\w+)='([^']*)'$/.exec(text) ?? [];
  return field === undefined || value === undefined ? null : { field, value };
}

/** The row with the selected fields alone. */
export function project(row: Readonly<Record<string, unknown>>, select: readonly string[] | null): object {
  return select === null ? row : Object.fromEntries(select.map((name) => [name, row[name]]));
}

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

function parseCondition(text: string): Query['filter'][number] | null {
  const [, field, quoted, number] = /^\(?([\w/]+) eq (?:'([^']*)'|(\d+))\)?$/.exec(text.trim()) ?? [];
  if (field === undefined) return null;
  return { field, value: quoted ?? Number(number) };
}

function parseExpand(text: string | undefined): Query['expand'] | null {
  if (text === undefined) return [];
  // A comma within parentheses belongs to a selection.
  const parts = text.split(/,(?![^(]*\))/).map((part) => /^(\w+)(?:\(\$select=([\w,]+)\))?$/.exec(part));
  const expand = parts.map((part) => (part === null ? null : { name: part[1] ?? '', select: names(part[2]) }));
  return expand.every((part) => part !== null) ? expand : null;
}

function names(list: string | undefined): readonly string[] | null {
  return list === undefined ? null : list.split(',').map((name) => name.trim());
}
