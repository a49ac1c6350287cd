import { describe, expect, it } from 'vitest';
import { failureOf, pullFailureOf } from './engine-failure.ts';

/** Words of engines 20.10 to 28. */
describe('failureOf', () => {
  it.each([
    [
      'driver failed programming external connectivity on endpoint p2 (027e): Bind for 0.0.0.0:8099 failed: port is already allocated',
      { code: 'PORT_IN_USE', details: { port: 8099, protocol: null, address: '0.0.0.0' } },
    ],
    [
      'driver failed programming external connectivity on endpoint p3 (3e57): Error starting userland proxy: listen tcp4 0.0.0.0:8098: bind: address already in use',
      { code: 'PORT_IN_USE', details: { port: 8098, protocol: 'tcp', address: '0.0.0.0' } },
    ],
    [
      'Error starting userland proxy: listen udp6 [::]:53: bind: address already in use',
      { code: 'PORT_IN_USE', details: { port: 53, protocol: 'udp', address: '::' } },
    ],
    [
      'failed to set up container networking: driver failed programming external connectivity on endpoint web (7a): failed to bind host port for 0.0.0.0:80:172.18.0.2:80/tcp: address already in use',
      { code: 'PORT_IN_USE', details: { port: 80, protocol: 'tcp', address: '0.0.0.0' } },
    ],
    [
      'failed to bind host port 127.0.0.1:80/tcp: address already in use',
      { code: 'PORT_IN_USE', details: { port: 80, protocol: 'tcp', address: '127.0.0.1' } },
    ],
    [
      'driver failed programming external connectivity on endpoint p4 (e63b): Error starting userland proxy: listen tcp4 203.0.113.9:8097: bind: cannot assign requested address',
      { code: 'ADDRESS_NOT_AVAILABLE', details: { address: '203.0.113.9' } },
    ],
    [
      'failed to bind port 203.0.113.9:80/tcp: cannot assign requested address',
      { code: 'ADDRESS_NOT_AVAILABLE', details: { address: null } },
    ],
    [
      'Conflict. The container name "/m1" is already in use by container "17b8". You have to remove (or rename) that container to be able to reuse that name.',
      { code: 'NAME_CONFLICT', details: { kind: 'container', name: 'm1' } },
    ],
    [
      'Error when allocating new name: Conflict. The container name "/m1" is already in use by container "17b8".',
      { code: 'NAME_CONFLICT', details: { kind: 'container', name: 'm1' } },
    ],
    ['sandbox 5b1f9e not found', { code: 'CONTAINER_RESTARTING', details: { reason: 'sandbox 5b1f9e not found' } }],
    ['network with name n1 already exists', { code: 'NAME_CONFLICT', details: { kind: 'network', name: 'n1' } }],
    [
      'A volume named v1 already exists with the local driver. Choose a different volume name.',
      { code: 'NAME_CONFLICT', details: { kind: 'volume', name: 'v1' } },
    ],
    [
      'conflict: unable to remove repository reference "box:1" (must force) - container 945c is using its referenced image de13',
      { code: 'OBJECT_IN_USE', details: { kind: 'image', name: 'box:1' } },
    ],
    [
      'conflict: unable to delete de13 (cannot be forced) - image is being used by running container 945c',
      { code: 'OBJECT_IN_USE', details: { kind: 'image', name: 'de13' } },
    ],
    [
      'conflict: unable to delete de13 (cannot be forced) - image has dependent child images',
      { code: 'OBJECT_IN_USE', details: { kind: 'image', name: 'de13' } },
    ],
    [
      'error while removing network: network n1 id f22b has active endpoints',
      { code: 'OBJECT_IN_USE', details: { kind: 'network', name: 'n1' } },
    ],
    ['remove v1: volume is in use - [c5c2]', { code: 'OBJECT_IN_USE', details: { kind: 'volume', name: 'v1' } }],
    ['No such image: nope:1', { code: 'IMAGE_NOT_FOUND', details: { reference: 'nope:1' } }],
    ['No such container: zzz', { code: 'NOT_FOUND_ON_ENGINE', details: { kind: 'container', name: 'zzz' } }],
    ['network nope not found', { code: 'NOT_FOUND_ON_ENGINE', details: { kind: 'network', name: 'nope' } }],
    ['get zz: no such volume', { code: 'NOT_FOUND_ON_ENGINE', details: { kind: 'volume', name: 'zz' } }],
    [
      'mkdir /var/lib/docker/overlay2/1c-init: no space left on device',
      { code: 'NO_SPACE', details: { reason: expect.stringContaining('overlay2') } },
    ],
    [
      'Address already in use',
      { code: 'ENGINE_REQUEST_FAILED', details: { status: 500, request: 'POST /containers/web/start' } },
    ],
  ])('%s', (message, expected) => {
    expect(failureOf({ request: 'POST /containers/web/start', status: 500, message })).toMatchObject(expected);
  });

  it('names what was asked for when the engine only says 404', () => {
    const failure = failureOf({ request: 'DELETE /volumes/my%20data', status: 404, message: 'gone' });
    expect(failure).toMatchObject({ code: 'NOT_FOUND_ON_ENGINE', details: { kind: 'volume', name: 'my data' } });
  });

  it('has the status when the engine says nothing', () => {
    const failure = failureOf({ request: 'GET /info', status: 502, message: '' });
    expect(failure.message).toBe('the engine refused GET /info: status 502');
  });
});

describe('pullFailureOf', () => {
  it.each([
    ['manifest for registry.local/web:1 not found: manifest unknown: manifest unknown', 'not-found'],
    ['no matching manifest for linux/arm/v6 in the manifest list entries', 'not-found'],
    [
      "pull access denied for web, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
      'unauthorized',
    ],
    ['Get "https://registry.local/v2/": unauthorized: authentication required', 'unauthorized'],
    ['Head "https://registry.local/v2/web/manifests/1": no basic auth credentials', 'unauthorized'],
    ['toomanyrequests: You have reached your pull rate limit.', 'too-many-requests'],
    ['Get "https://registry.local/v2/": dial tcp: lookup registry.local on 10.0.0.1:53: no such host', 'unreachable'],
    ['Get "http://127.0.0.1:5000/v2/": dial tcp 127.0.0.1:5000: connect: connection refused', 'unreachable'],
    ['Get "https://registry.local/v2/": net/http: TLS handshake timeout', 'unreachable'],
    ['received unexpected HTTP status: 503 Service Unavailable', 'unreachable'],
    ['Get "https://registry.local/v2/": http: server gave HTTP response to HTTPS client', 'tls'],
    ['Get "https://registry.local/v2/": x509: certificate signed by unknown authority', 'tls'],
    ['Get "https://registry.local/v2/": remote error: tls: handshake failure', 'tls'],
    ['filesystem layer verification failed for digest sha256:1234', 'corrupt'],
    ["layers from manifest don't match image configuration", 'other'],
  ])('%s', (message, reason) => {
    const failure = pullFailureOf('registry.local/web:1', message);
    expect(failure).toMatchObject({
      code: 'IMAGE_PULL_FAILED',
      details: { reference: 'registry.local/web:1', reason },
      message: `image registry.local/web:1 cannot be pulled: ${message}`,
    });
  });

  it('tells when the disk is full', () => {
    const message =
      'failed to register layer: Error processing tar file(exit status 1): write /bin/x: no space left on device';
    expect(pullFailureOf('web:1', message)).toMatchObject({ code: 'NO_SPACE', hint: expect.any(String) });
  });
});
