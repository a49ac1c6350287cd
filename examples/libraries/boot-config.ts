import { mkdir, writeFile } from 'node:fs/promises';

await mkdir('boot', { recursive: true });
await writeFile('boot/config.txt', '# ours\ngpu_mem=16\n');
// Of config.json; devices other than those with Jetson Orin have neither.
const powerFan = { read: async () => ({ powerMode: null, fanProfile: null }), write: async () => undefined };
// #region readme
import { openBootConfig } from '@device-supervisor/boot-config';

const bootConfig = await openBootConfig({
  device: { deviceType: 'raspberrypi4-64', osVersion: '2.115.1' },
  bootMount: 'boot',
  memoryPath: 'boot-config.json',
  powerFan,
});
await bootConfig.start();
const { changes, needsReboot, problems } = await bootConfig.write({
  HOST_CONFIG_gpu_mem: '64',
  HOST_CONFIG_dtoverlay: '"i2c-rtc,ds1307","vc4-kms-v3d"',
});
console.log(changes, needsReboot, problems);
// #endregion
