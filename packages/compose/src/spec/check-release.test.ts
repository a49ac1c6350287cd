import { expect, it } from 'vitest';
import { TEST_ABILITIES, TEST_DEVICE, testTarget, type TestApp } from '../testing/fixtures.ts';
import { checkRelease } from './check-release.ts';

function check(app: TestApp): readonly string[] {
  const [target] = Object.values(testTarget(app).apps);
  if (target?.release == null) throw new Error('the app has no release');
  return checkRelease(target, target.release, { device: TEST_DEVICE, abilities: TEST_ABILITIES }).map(
    ({ section, name, field, severity, reason }) => `${severity} ${section}.${name} ${field}: ${reason}`,
  );
}

it('finds what cannot be applied and what has no effect, in all objects of a release', () => {
  expect(
    check({
      services: {
        web: { composition: { ports: ['80:80:80:x'], mem_limit: 'banana', volumes: ['none:/data'], made_up: 1 } },
        db: {},
      },
      networks: { back: { made_up: 1 } },
      volumes: { data: { made_up: 1 } },
    }),
  ).toMatchObject([
    expect.stringMatching(/^problem services\.web /),
    expect.stringMatching(/^problem services\.web /),
    expect.stringMatching(/^problem services\.web /),
    'notice services.web made_up: is not supported and has no effect',
    'notice networks.back made_up: is not supported and has no effect',
    'notice volumes.data made_up: is not supported and has no effect',
  ]);
});

it('finds addresses that two networks have, or that a network does not have', () => {
  expect(
    check({
      services: {
        web: { composition: { networks: { back: { ipv4_address: '10.9.0.5' } } } },
        db: { composition: { networks: { front: { ipv4_address: '10.1.0.5' } } } },
      },
      networks: {
        back: { ipam: { config: [{ subnet: '10.1.0.0/16' }] } },
        front: { ipam: { config: [{ subnet: '10.0.0.0/8' }] } },
      },
    }),
  ).toEqual([
    'problem services.web networks: address 10.9.0.5 is not in network u1_back, whose subnets are 10.1.0.0/16; change the address or the subnet',
    'problem networks.front ipam.config: has addresses of network back (10.1.0.0/16); change one of the subnets',
  ]);
});

it('finds nothing in a release that can be applied as it is', () => {
  expect(
    check({
      services: {
        web: {
          labels: { 'io.balena.features.supervisor-api': '1' },
          composition: { ports: ['80:80'], volumes: ['data:/data'] },
        },
      },
      volumes: { data: {} },
    }),
  ).toEqual([]);
});
