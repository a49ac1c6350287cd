export interface ODataQuery {
  readonly select: readonly string[];
  /** Field and value of the one condition `field eq 'value'`. */
  readonly filter: readonly [field: string, value: string];
}

/**
 * The query string of a request for OData resources, without `?`.
 *
 * The server's parser reads `/` and `,` as they are and answers 400 to `%2F` and `%2C`, which `URLSearchParams` writes.
 *
 * @example
 * ```ts
 * odataQuery({ select: ['id', 'value'], filter: ['device/uuid', 'abc'] });
 * // $select=id,value&$filter=device/uuid%20eq%20'abc'
 * ```
 */
export function odataQuery({ select, filter: [field, value] }: ODataQuery): string {
  const quoted = encodeURIComponent(value.replaceAll("'", "''"));
  return `$select=${select.join(',')}&$filter=${field}%20eq%20'${quoted}'`;
}
