import { once } from 'node:events';
import { createServer } from 'node:http';

const server = createServer((_request, response) => response.end('{"ok":true}')).listen(0, '127.0.0.1');
await once(server, 'listening');
const listening = server.address();
const url = `http://127.0.0.1:${typeof listening === 'object' ? listening?.port : 0}`;
// #region readme
import { backoffDelay, delay, tryParseJson } from '@device-supervisor/primitives';
import { systemClock } from '@device-supervisor/primitives/system-clock';

const stop = new AbortController();
for (let failures = 0; !stop.signal.aborted;) {
  const response = await fetch(url).catch(() => null);
  if (response?.ok) {
    console.log(tryParseJson(await response.text())); // undefined where it is no JSON
    break;
  }
  failures += 1;
  await delay(systemClock, backoffDelay({ failures, first: 500, limit: 60_000, random: Math.random() }), stop.signal);
}
// #endregion
server.close();
