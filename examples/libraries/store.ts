// #region readme
import { openStore } from '@device-supervisor/store';

const store = openStore({ path: 'data/database.sqlite', logger: console.error });
try {
  const key = store.apiKeys.forService(1, 'main');
  console.log(store.apiKeys.find(key)); // { kind: 'app', appId: 1, serviceName: 'main' }
  console.log(store.targets.load('cloud')); // null: there is none yet
} finally {
  store[Symbol.dispose]();
}
// #endregion
