/** What a client asks of a collection: the part of OData that devices use. */
export interface Query {
  readonly select: readonly string[] | null;
  readonly expand: readonly { readonly name: string; readonly select: readonly string[] | null }[];
  /** Field and value of `field eq value`; several of them are joined by `and`. */
  readonly filter: readonly { readonly field: string; readonly value: string | number }[];
}

/** @returns `null`: it asks for something that this does not know */
export function parseQuery(parameters: Readonly<Record<string, string>>): Query | null {
  const { $select, $expand, $filter } = parameters;
  const conditions = ($filter ?? '').split(' and ').filter((each) => each !== '');
  const filter = conditions.map(parseCondition).filter((each) => each !== null);
  if (filter.length !== conditions.length) return null;
  return { select: names($select), expand: parseExpand($expand ?? ''), filter };
}

/** Key of one entity, from what stands between the parentheses: `15` or `uuid='…'`. */
export function parseKey(text: string): { readonly field: string; readonly value: string | number } | null {
  if (/^\d+$/.test(text)) return { field: 'id', value: Number(text) };
  const [, field, value] = /^(\w+)='([^']*)'$/.exec(text) ?? [];
  return field === undefined || value === undefined ? null : { field, value };
}

/** The row with the fields that were selected alone. */
export function project(row: Readonly<Record<string, unknown>>, select: readonly string[] | null): object {
  return select === null ? row : Object.fromEntries(select.map((name) => [name, row[name]]));
}

function parseCondition(text: string): Query['filter'][number] | null {
  const [, field, quoted, number] = /^\(?([\w/]+) eq (?:'([^']*)'|(\d+))\)?$/.exec(text.trim()) ?? [];
  if (field === undefined) return null;
  return { field, value: quoted ?? Number(number) };
}

function parseExpand(text: string): Query['expand'] {
  return [...text.matchAll(/(\w+)(?:\(\$select=([^)]*)\))?/g)].map(([, name = '', select]) => ({
    name,
    select: names(select),
  }));
}

function names(list: string | undefined): readonly string[] | null {
  return list === undefined ? null : list.split(',').map((name) => name.trim());
}
