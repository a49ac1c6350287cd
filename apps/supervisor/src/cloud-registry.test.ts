import { describe, expect, it } from 'vitest';
import { cloudRegistry } from './cloud-registry.ts';

const IDENTITY = { uuid: 'd0d0', deviceApiKey: 'device-key' };
const CLOUD = { apiEndpoint: 'https://api.example.com', registryEndpoint: 'registry2.example.com' };

describe('cloudRegistry', () => {
  it("gives the device's key to the cloud's registry, and to no other", async () => {
    const { credentials } = cloudRegistry(CLOUD, IDENTITY);
    expect(await credentials.find('registry2.example.com')).toEqual({ username: 'd_d0d0', password: 'device-key' });
    for (const host of ['docker.io', 'registry2.example.com:5000', 'evil-registry2.example.com', 'example.com', '']) {
      expect(await credentials.find(host)).toBeNull();
    }
  });

  it.each([
    ['without a cloud', { registryEndpoint: 'registry2.example.com' }],
    ['when the registry of the cloud is not known', { apiEndpoint: 'https://api.example.com' }],
  ])('gives it to nobody %s', async (_, settings) => {
    const { credentials, deltas } = cloudRegistry(
      { ...settings, deltaEndpoint: 'https://delta.example.com' },
      IDENTITY,
    );
    expect(await credentials.find('registry2.example.com')).toBeNull();
    expect(deltas).toBeNull();
  });

  it('has deltas where there is a service for them', () => {
    expect(cloudRegistry(CLOUD, IDENTITY).deltas).toBeNull();
    expect(cloudRegistry({ ...CLOUD, deltaEndpoint: 'https://delta.example.com' }, IDENTITY).deltas).not.toBeNull();
  });
});
