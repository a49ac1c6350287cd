// #region readme
import { createMetrics, readAddresses } from '@device-supervisor/host-facts';

console.log(readAddresses({ macAddressPath: '/sys/class/net' }));
// { ip: [ '192.168.0.114' ], mac: [ 'B8:27:EB:12:34:56' ] }

const metrics = createMetrics({ dataPath: '/' });
try {
  const { cpuUsage, memoryUsage, memoryTotal } = await metrics.read();
  console.log(`${cpuUsage} %, ${memoryUsage} of ${memoryTotal} MB`);
} finally {
  await metrics[Symbol.asyncDispose]();
}
// #endregion
