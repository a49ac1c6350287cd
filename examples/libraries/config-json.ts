import { writeFile } from 'node:fs/promises';

await writeFile('config.json', '{ "deviceType": "raspberrypi4-64", "ours": true }');
// #region readme
import { openConfigJson } from '@device-supervisor/config-json';

const file = openConfigJson({ path: 'config.json' });
const { uuid } = await file.ensureIdentity();

const { config, problems } = await file.read();
for (const { key, message } of problems) console.error(`config.json: ${key} ${message}`);
console.log(config.apiEndpoint ?? 'not managed by a cloud');

await file.update({ hostname: uuid.slice(0, 7), os: { power: { mode: 'low' } } });
// #endregion
