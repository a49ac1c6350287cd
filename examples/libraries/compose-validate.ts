// #region validate
import { validateTarget } from '@device-supervisor/compose';

const service = { serviceName: 'web', imageId: 1, image: 'web:1', ports: ['80:80:80:x'], mem_limit: 'banana' };
const { faults } = validateTarget({ local: { apps: { 1: { name: 'shop', commit: 'c1', services: { 1: service } } } } });
for (const { severity, path, message } of faults) console.log(`${severity}: ${path}: ${message}`);
// #endregion
