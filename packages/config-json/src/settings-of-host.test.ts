import { createPowerCutDisk } from '@device-supervisor/durable-file/testing';
import { expect, it } from 'vitest';
import { extraFirmwareOf, openConfigJson, persistentLoggingOf, powerAndFanOf, type ConfigJsonFile } from './index.ts';

const PATH = '/boot/config.json';

function fileWith(text: string): { file: ConfigJsonFile; content(): Promise<unknown> } {
  const files = new Map([[PATH, { content: Buffer.from(text) }]]);
  const { fileSystem } = createPowerCutDisk({ kind: 'vfat', files });
  return {
    file: openConfigJson({ path: PATH, fileSystem }),
    async content() {
      const value: unknown = JSON.parse(Buffer.from(await fileSystem.read(PATH)).toString());
      return value;
    },
  };
}

it('reads and writes persistent logging', async () => {
  const { file, content } = fileWith('{"a":1}');
  const setting = persistentLoggingOf(file);
  expect(await setting.read()).toBe(false);
  await setting.write(true);
  expect(await content()).toEqual({ a: 1, persistentLogging: true });
  expect(await setting.read()).toBe(true);
});

it('writes which volume holds extra firmware, and keeps what else the host has there', async () => {
  const { file, content } = fileWith('{"os":{"network":{"a":1},"kernel":{"b":2}}}');
  await extraFirmwareOf(file).write('extra-firmware');
  expect(await content()).toEqual({ os: { network: { a: 1 }, kernel: { b: 2, extraFirmwareVol: 'extra-firmware' } } });
});

it('reads and writes power mode and fan profile, and keeps what else the host has there', async () => {
  const { file, content } = fileWith('{"os":{"network":{"a":1},"power":{"mode":"low","b":2}}}');
  const setting = powerAndFanOf(file);
  expect(await setting.read()).toEqual({ powerMode: 'low', fanProfile: null });
  await setting.write({ powerMode: null, fanProfile: 'cool' });
  expect(await content()).toEqual({ os: { network: { a: 1 }, power: { b: 2 }, fan: { profile: 'cool' } } });
  expect(await setting.read()).toEqual({ powerMode: null, fanProfile: 'cool' });
});
