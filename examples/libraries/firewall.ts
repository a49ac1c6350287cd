// #region readme
import { createFirewall } from '@device-supervisor/firewall';
import { systemClock } from '@device-supervisor/primitives/system-clock';

const firewall = createFirewall({ clock: systemClock, report: (event) => console.log(event) });
const problems = await firewall.apply('auto', { localMode: false, apiPort: 48484, usesHostNetwork: true });
for (const { message } of problems) console.error(message);
await firewall[Symbol.asyncDispose]();
// #endregion
