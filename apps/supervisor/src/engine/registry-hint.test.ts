import { ImagePullError } from '@device-supervisor/engine';
import { formatError } from '@device-supervisor/errors';
import { expect, it } from 'vitest';
import { withRegistryHint } from './registry-hint.ts';

const OPTIONS = { signal: new AbortController().signal, onProgress: () => undefined };
const CLOUD = { apiEndpoint: 'https://api.example.com' };

async function failure(config: object, reason: ConstructorParameters<typeof ImagePullError>[1]): Promise<string> {
  const engine = {
    async pullImage(reference: string) {
      throw new ImagePullError(reference, reason, 'denied');
    },
  };
  const { pullImage } = withRegistryHint(engine, config);
  return formatError(await pullImage('registry2.example.com/web', OPTIONS).catch((error: unknown) => error));
}

it('names the missing registryEndpoint when a registry refuses an image of a managed device', async () => {
  expect(await failure(CLOUD, 'unauthorized')).toBe(
    'image registry2.example.com/web cannot be pulled: denied. config.json names no registryEndpoint, ' +
      "so the device's key was not sent. Put the host of the cloud's registry there",
  );
  expect(await failure(CLOUD, 'not-found')).toContain('registryEndpoint');
});

it('leaves other failures alone, and those of devices that know their registry or have no cloud', async () => {
  expect(await failure(CLOUD, 'unreachable')).not.toContain('registryEndpoint');
  expect(await failure({}, 'unauthorized')).not.toContain('registryEndpoint');
  const known = { ...CLOUD, registryEndpoint: 'registry2.example.com' };
  expect(await failure(known, 'unauthorized')).not.toContain('registryEndpoint');
});
