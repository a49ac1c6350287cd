const [busAddress = 'unix:path=/run/dbus/system_bus_socket', unit = 'redsocks.service'] = process.argv.slice(2);
// #region readme
import { createSystemd } from '@device-supervisor/systemd';

const systemd = createSystemd({ busAddress });
const { activeState, partOf } = await systemd.units.state(unit);
if (activeState === 'active' && !partOf.includes('redsocks-conf.target')) await systemd.units.restart(unit);
console.log(activeState);
await systemd[Symbol.asyncDispose]();
// #endregion
