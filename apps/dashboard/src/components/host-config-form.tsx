import { useState } from 'preact/hooks';
import type { ApiClient, HostConfig } from '@device-supervisor/api-client';
import { propose } from '../model/actions.ts';

interface HostConfigFormProps {
  readonly client: ApiClient;
  readonly config: HostConfig;
  readonly onSaved: () => void;
}

const TYPES = ['', 'socks4', 'socks5', 'http-connect', 'http-relay'] as const;

/** Host name and proxy. A password is never shown; an empty one stays as it is. */
export function HostConfigForm({ client, config: { network }, onSaved }: HostConfigFormProps) {
  const [hostname, setHostname] = useState(network.hostname);
  const [proxy, setProxy] = useState({
    type: network.proxy?.type ?? '',
    ip: network.proxy?.ip ?? '',
    port: String(network.proxy?.port ?? ''),
    login: network.proxy?.login ?? '',
    password: '',
  });
  const save = (): void => {
    const { password, login, ...rest } = proxy;
    const credentials = { ...(login === '' ? {} : { login }), ...(password === '' ? {} : { password }) };
    const next = proxy.type === '' ? null : { ...rest, ...credentials };
    propose({
      title: 'Save host name and proxy',
      warning: 'The network of the device may be interrupted for some seconds.',
      isForcible: true,
      async run({ force }) {
        await client.http.PATCH('/v1/device/host-config', {
          body: { network: { hostname, proxy: next }, force },
          parseAs: 'text',
        });
        onSaved();
      },
    });
  };
  const field = (name: 'ip' | 'port' | 'login' | 'password', label: string) => (
    <label>
      <span>{label}</span>
      <input
        {...(name === 'password' ? { type: 'password' } : {})}
        autocomplete="off"
        value={proxy[name]}
        onInput={({ currentTarget }) => setProxy({ ...proxy, [name]: currentTarget.value })}
      />
    </label>
  );
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <label>
        <span>Host name</span>
        <input value={hostname} onInput={({ currentTarget }) => setHostname(currentTarget.value)} />
      </label>
      <label>
        <span>Proxy</span>
        <select value={proxy.type} onChange={({ currentTarget }) => setProxy({ ...proxy, type: currentTarget.value })}>
          {TYPES.map((type) => (
            <option key={type} value={type}>
              {type === '' ? 'none' : type}
            </option>
          ))}
        </select>
      </label>
      {proxy.type !== '' && (
        <>
          {field('ip', 'Address')}
          {field('port', 'Port')}
          {field('login', 'Login')}
          {field('password', 'Password')}
        </>
      )}
      <div class="buttons start">
        <button type="submit">Save</button>
      </div>
    </form>
  );
}
