export interface CloudQuestion {
  readonly method?: string;
  /** With its query. */
  readonly path: string;
  /** `null`: none. */
  readonly key: string | null;
  readonly json?: unknown;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface CloudReply {
  readonly status: number;
  /** Of the content; `null`: there is none. */
  readonly type: string | null;
  readonly etag: string | null;
  readonly text: string;
}

/** Asks a cloud as a device does, without compression. */
export async function askCloud(
  endpoint: string,
  { method = 'GET', path, key, json, body, headers }: CloudQuestion,
): Promise<CloudReply> {
  const response = await fetch(`${endpoint}${path}`, {
    method,
    headers: {
      'accept-encoding': 'identity',
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...(body === undefined ? {} : { body }),
  });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    etag: response.headers.get('etag'),
    text: await response.text(),
  };
}
