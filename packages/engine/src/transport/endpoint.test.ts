import { describe, expect, it } from 'vitest';
import { parseEndpoint } from './endpoint.ts';

describe('parseEndpoint', () => {
  it.each([
    ['unix:///run/engine.sock', { socketPath: '/run/engine.sock', host: undefined, protocol: 'http' }],
    ['tcp://10.0.0.1:2375', { host: '10.0.0.1', port: '2375', protocol: 'http' }],
    ['tcp://device.local', { host: 'device.local', port: '2375', protocol: 'http' }],
    ['tcp://[fd00::1]:2375', { host: '[fd00::1]', port: '2375', protocol: 'http' }],
    ['http://device.local', { host: 'device.local', port: '80', protocol: 'http' }],
    ['https://device.local:8443', { host: 'device.local', port: '8443', protocol: 'https' }],
  ])('reads %s', (endpoint, expected) => {
    expect(parseEndpoint(endpoint)).toMatchObject(expected);
  });

  it('uses TLS when it has certificates', () => {
    const tls = { ca: 'ca', cert: 'cert', key: 'key' };
    expect(parseEndpoint('tcp://device.local', tls)).toMatchObject({ protocol: 'https', port: '2376', ...tls });
  });

  it.each(['', 'unix://', 'unix://relative', 'ssh://device.local', 'device.local:2375', '/run/engine.sock'])(
    'refuses %j',
    (endpoint) => {
      expect(() => parseEndpoint(endpoint)).toThrow(TypeError);
    },
  );
});
