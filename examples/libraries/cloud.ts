import { once } from 'node:events';
import { createServer } from 'node:http';

const server = createServer((_request, response) => response.end('OK')).listen(0, '127.0.0.1');
await once(server, 'listening');
const listening = server.address();
const endpoint = `http://127.0.0.1:${typeof listening === 'object' ? listening?.port : 0}`;
// #region readme
import { createCloudHttp } from '@device-supervisor/cloud';

const http = createCloudHttp({ endpoint, userAgent: 'example' });
const { status } = await http.request({ method: 'GET', path: '/ping', key: null, signal: AbortSignal.timeout(10_000) });
console.log(status);
http[Symbol.dispose]();
// #endregion
server.closeAllConnections();
server.close();
