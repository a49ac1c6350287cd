// #region readme
import { changeRedsocksConf, parseNoProxy, parseRedsocksConf, printRedsocksConf } from '@device-supervisor/host-config';

const written = printRedsocksConf({ type: 'socks5', ip: '203.0.113.7', port: 1080 });
const changed = changeRedsocksConf(written, { port: 8080 }); // comments and foreign keys stay
console.log(parseRedsocksConf(changed)); // { type: 'socks5', ip: '203.0.113.7', port: 8080 }
console.log(parseNoProxy(Buffer.from('10.0.0.0/8\n*.local\n'))); // [ '10.0.0.0/8', '*.local' ]
// #endregion
