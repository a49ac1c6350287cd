import { describe, expect, it } from 'vitest';
import { formatEngineEndpoint, parseEngineEndpoint } from './engine-endpoint.ts';

describe('parseEngineEndpoint', () => {
  it.each([
    ['unix:///var/run/docker.sock', 'unix:///var/run/docker.sock'],
    ['/host/run/balena-engine.sock', 'unix:///host/run/balena-engine.sock'],
    ['tcp://192.0.2.1:1234', 'tcp://192.0.2.1:1234'],
    ['tcp://engine', 'tcp://engine:2375'],
    ['tcp://engine:80', 'tcp://engine:80'],
    ['http://engine:2375/', 'tcp://engine:2375'],
    ['tcp://[::1]:2375', 'tcp://[::1]:2375'],
  ])('reads %s', (text, formatted) => {
    const endpoint = parseEngineEndpoint(text);
    expect(endpoint && formatEngineEndpoint(endpoint)).toBe(formatted);
  });

  it.each(['ssh://device', 'npipe:////./pipe/docker_engine', 'unix://relative', 'docker.sock', 'tcp://', 'tcp://a/b'])(
    'does not understand %s',
    (text) => {
      expect(parseEngineEndpoint(text)).toBeUndefined();
    },
  );

  it('gives the host of an IPv6 address without its brackets', () => {
    expect(parseEngineEndpoint('tcp://[::1]:2375')).toEqual({ kind: 'tcp', host: '::1', port: 2375 });
  });
});
