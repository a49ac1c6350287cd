import { lookupLocalNames } from '@device-supervisor/cloud';
import { DEFAULT_SETTINGS } from '@device-supervisor/device';
import { describe, expect, it } from 'vitest';
import { cloudRegistry } from './cloud-registry.ts';

const OTHERS = {
  identity: () => ({ uuid: 'd0d0', deviceApiKey: 'device-key' }),
  settings: () => DEFAULT_SETTINGS,
  access: { userAgent: 'test', lookup: lookupLocalNames },
  print: () => undefined,
};
const CLOUD = { apiEndpoint: 'https://api.example.com', registryEndpoint: 'registry2.example.com' };

describe('cloudRegistry', () => {
  it("gives the device's key to the cloud's registry, and to no other", async () => {
    const { credentials } = cloudRegistry({ configJson: CLOUD, ...OTHERS });
    expect(await credentials.find('registry2.example.com')).toEqual({ username: 'd_d0d0', password: 'device-key' });
    for (const host of ['docker.io', 'registry2.example.com:5000', 'evil-registry2.example.com', 'example.com', '']) {
      expect(await credentials.find(host)).toBeNull();
    }
  });

  it.each([
    ['without a cloud', { registryEndpoint: 'registry2.example.com' }],
    ['when the registry of the cloud is not known', { apiEndpoint: 'https://api.example.com' }],
  ])('does not use it %s', async (_, settings) => {
    const { credentials, deltas } = cloudRegistry({
      configJson: { ...settings, deltaEndpoint: 'https://delta.example.com' },
      ...OTHERS,
    });
    expect(await credentials.find('registry2.example.com')).toBeNull();
    expect(deltas).toBeNull();
  });

  it('has deltas where there is a service for them', () => {
    expect(cloudRegistry({ configJson: CLOUD, ...OTHERS }).deltas).toBeNull();
    expect(
      cloudRegistry({ configJson: { ...CLOUD, deltaEndpoint: 'https://delta.example.com' }, ...OTHERS }).deltas,
    ).not.toBeNull();
  });
});
