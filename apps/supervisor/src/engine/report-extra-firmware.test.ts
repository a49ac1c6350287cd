import type { ContainerEngine } from '@device-supervisor/compose';
import { expect, it } from 'vitest';
import { reportingExtraFirmware } from './report-extra-firmware.ts';

const VOLUME = { driver: 'local', driverOpts: {}, labels: {} };

function record(write: () => Promise<void> = async () => undefined) {
  const calls: string[] = [];
  const silent: Pick<ContainerEngine, 'createVolume'> = {
    createVolume: async (name) => void calls.push(`create ${name}`),
  };
  const engine = reportingExtraFirmware(silent, {
    async write(volume) {
      await write();
      calls.push(`report ${volume}`);
    },
  });
  return { engine, calls };
}

it('reports the volume of extra firmware before it is created, and no other', async () => {
  const { engine, calls } = record();
  await engine.createVolume('1_data', VOLUME);
  await engine.createVolume('extra-firmware', VOLUME);
  expect(calls).toEqual(['create 1_data', 'report extra-firmware', 'create extra-firmware']);
});

it('creates no volume that could not be reported', async () => {
  const { engine, calls } = record(() => Promise.reject(new Error('no space left on device')));
  await expect(engine.createVolume('extra-firmware', VOLUME)).rejects.toThrow('no space');
  expect(calls).toEqual([]);
});
