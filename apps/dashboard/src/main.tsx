import { render } from 'preact';
import { createApiClient } from '@device-supervisor/api-client';
import { App } from './app.tsx';
import { createActions } from './model/actions.ts';
import { createDeviceStore } from './model/device-store.ts';
import { sessionKey } from './model/session-key.ts';

const client = createApiClient({
  address: location.origin,
  key: () => (sessionKey.value === '' ? undefined : sessionKey.value),
});
const store = createDeviceStore(client, document);
store.connect();

const root = document.querySelector('#app');
if (root !== null) render(<App client={client} store={store} actions={createActions(client)} />, root);
