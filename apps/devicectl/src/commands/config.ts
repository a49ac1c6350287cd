import { dataOf } from '@device-supervisor/api-client';
import { formatTable } from '@device-supervisor/views';
import { EXIT, show, UsageError } from '@device-supervisor/views/command-line';
import type { Context } from './context.ts';
import { readObject } from './read-json.ts';

/** Host name and proxy of the host, and the configuration of the target. */
export async function showConfig(context: Context): Promise<number> {
  const { http } = context.client;
  const host = await dataOf(http.GET('/v1/device/host-config'));
  const { state } = await dataOf(http.GET('/v2/local/target-state'));
  const { hostname, proxy } = host.network;
  const answer = { host: { hostname, ...(proxy === undefined ? {} : { proxy }) }, target: state.local.config };
  show(context, answer, () => {
    const rows = [
      ['hostname', hostname],
      ...Object.entries(proxy ?? {}).map(([name, value]) => [
        `proxy.${name}`,
        name === 'password' ? '(set)' : typeof value === 'string' ? value : JSON.stringify(value),
      ]),
      ...Object.entries(state.local.config),
    ];
    return formatTable(['NAME', 'VALUE'], rows, context.screen.paint);
  });
  return EXIT.done;
}

const NAMES = 'hostname, proxy, proxy.type, proxy.ip, proxy.port, proxy.login, proxy.noProxy, proxy.dns';

/**
 * Changes host name and proxy.
 *
 * @param changes `hostname=kitchen`, `proxy.ip=192.0.2.1`; `proxy=` removes the proxy
 * @throws UsageError
 */
export async function setConfig(
  context: Context,
  changes: readonly string[],
  { force, file }: { readonly force: boolean; readonly file: string | undefined },
): Promise<number> {
  if (changes.length === 0 && file === undefined) throw new UsageError('nothing to set', `Name one of ${NAMES}.`);
  const typed = changes.map(readChange);
  const proxy = Object.fromEntries(typed.flatMap(({ proxyField }) => (proxyField === null ? [] : [proxyField])));
  const network = {
    ...Object.fromEntries(typed.flatMap(({ field }) => (field === null ? [] : [field]))),
    ...(Object.keys(proxy).length === 0 ? {} : { proxy }),
    ...(file === undefined ? {} : await readObject(context, file)),
  };
  await dataOf(context.client.http.PATCH('/v1/device/host-config', { body: { network, force }, parseAs: 'text' }));
  return await showConfig(context);
}

interface Change {
  readonly field: readonly [string, string | null] | null;
  readonly proxyField: readonly [string, unknown] | null;
}

function readChange(text: string): Change {
  const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  switch (name) {
    case 'hostname':
      return { field: [name, value], proxyField: null };
    case 'proxy':
      if (value !== '') throw new UsageError('proxy= removes the proxy', `Set its fields one by one: ${NAMES}.`);
      return { field: [name, null], proxyField: null };
    case 'proxy.type':
    case 'proxy.ip':
    case 'proxy.login':
      return { field: null, proxyField: [name.slice('proxy.'.length), value] };
    case 'proxy.port':
      return { field: null, proxyField: ['port', Number(value)] };
    case 'proxy.noProxy':
      return { field: null, proxyField: ['noProxy', value === '' ? [] : value.split(',')] };
    case 'proxy.dns':
      return { field: null, proxyField: ['dns', value === 'true' || (value === 'false' ? false : value)] };
    case 'proxy.password':
      throw new UsageError(
        'a password cannot be an argument: other users of this machine can read arguments',
        'Put {"proxy": {"password": "…"}} into a file, or standard input, and name it by --file.',
      );
    default:
      throw new UsageError(`${text} is no setting`, `Write NAME=VALUE, with one of ${NAMES}.`);
  }
}
