import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePatch } from './decode-patch.ts';
import { HostConfigInvalidError } from './errors.ts';

const PROXY = { type: 'socks5', ip: '203.0.113.7', port: 1080 };

describe('decodePatch', () => {
  it('reads the example of the API document', () => {
    const body = {
      network: {
        proxy: {
          type: 'http-connect',
          ip: 'myproxy.example.com',
          port: 8123,
          login: 'username',
          password: 'password',
          noProxy: ['152.10.30.4', '253.1.1.0/16'],
        },
        hostname: 'mynewhostname',
        force: true,
      },
    };
    const { force, ...network } = body.network;
    expect(decodePatch(body)).toEqual({ patch: network, force });
  });

  it.each([
    ['nothing', {}, {}],
    ['a port in digits', { proxy: { port: '8123' } }, { proxy: { port: 8123 } }],
    ['no proxy', { proxy: null }, { proxy: null }],
    ['an empty proxy', { proxy: {} }, { proxy: null }],
    ['an empty name', { hostname: '' }, { hostname: '' }],
    ['no name', { hostname: null }, { hostname: '' }],
    ['dns', { proxy: { dns: true } }, { proxy: { dns: '8.8.8.8:53' } }],
    ['no dns', { proxy: { dns: false } }, { proxy: { dns: null } }],
    ['null as dns', { proxy: { dns: null } }, { proxy: { dns: null } }],
    ['another server', { proxy: { dns: '1.1.1.1:5353' } }, { proxy: { dns: '1.1.1.1:5353' } }],
    ['no exceptions', { proxy: { noProxy: [] } }, { proxy: { noProxy: [] } }],
    ['null as exceptions', { proxy: { noProxy: null } }, { proxy: { noProxy: [] } }],
    [
      'names as exceptions',
      { proxy: { noProxy: ['registry.local', 'localhost', '.local', '*.example.com'] } },
      { proxy: { noProxy: ['registry.local', 'localhost', '.local', '*.example.com'] } },
    ],
    ['a mask', { proxy: { noProxy: ['10.0.0.0/255.0.0.0'] } }, { proxy: { noProxy: ['10.0.0.0/255.0.0.0'] } }],
    ['no login', { proxy: { login: null } }, { proxy: { login: null } }],
    ['an empty password', { proxy: { password: '' } }, { proxy: { password: '' } }],
  ])('takes %s', (_, network, patch) => {
    expect(decodePatch({ network })).toEqual({ patch, force: false });
  });

  it.each([true, 1, '1', 'true', 'on'])('is forced by %j, at either place', (force) => {
    expect(decodePatch({ network: {}, force }).force).toBe(true);
    expect(decodePatch({ network: { force } }).force).toBe(true);
  });

  it.each([false, 0, '0', 'false', 'off'])('is not forced by %j', (force) => {
    expect(decodePatch({ network: { force }, force }).force).toBe(false);
  });

  it.each([
    [undefined, 'the body must be a JSON object such as {"network":{"hostname":"my-device"}}'],
    ['{}', 'the body must be a JSON object such as {"network":{"hostname":"my-device"}}'],
    [{}, 'network must be an object with proxy, hostname or both'],
    [{ network: [] }, 'network must be an object with proxy, hostname or both'],
    [{ network: {}, force: 'perhaps' }, 'force must be true or false'],
    [{ network: { hostnam: 'a' } }, 'network.hostnam cannot be set; what can be is proxy, hostname, force'],
    [{ network: { hostname: 7 } }, 'network.hostname must be a string, or "" for the default'],
    [
      { network: { hostname: 'a b' } },
      'network.hostname must be letters, digits and hyphens, in parts separated by dots',
    ],
    [{ network: { hostname: '-a' } }, 'network.hostname must be letters, digits'],
    [{ network: { hostname: 'a..b' } }, 'network.hostname must be letters, digits'],
    [{ network: { hostname: 'a\n' } }, 'network.hostname must be letters, digits'],
    [{ network: { hostname: 'a'.repeat(64) } }, 'network.hostname must not have more than 63 characters between dots'],
    [{ network: { hostname: 'a.'.repeat(33) } }, 'network.hostname must not be longer than 64 characters'],
    [{ network: { proxy: 'none' } }, 'network.proxy must be an object, or null to remove the proxy'],
    [
      { network: { proxy: { ...PROXY, local_port: 1 } } },
      'network.proxy.local_port cannot be set; what can be is type, ip, port, login, password, noProxy, dns',
    ],
    [
      { network: { proxy: { type: 'http' } } },
      'network.proxy.type must be one of socks4, socks5, http-connect, http-relay',
    ],
    [{ network: { proxy: { ip: '' } } }, 'network.proxy.ip must be an IPv4 address or a host name'],
    [{ network: { proxy: { ip: '::1' } } }, 'network.proxy.ip must be an IPv4 address or a host name'],
    [{ network: { proxy: { ip: '010.0.0.1' } } }, 'network.proxy.ip must be an IPv4 address or a host name'],
    [{ network: { proxy: { ip: '1.2.3' } } }, 'network.proxy.ip must be an IPv4 address or a host name'],
    [{ network: { proxy: { ip: 'a;b' } } }, 'network.proxy.ip must be an IPv4 address or a host name'],
    [{ network: { proxy: { ip: 'a\n' } } }, 'network.proxy.ip must be an IPv4 address or a host name'],
    [{ network: { proxy: { port: 0 } } }, 'network.proxy.port must be a whole number from 1 to 65535'],
    [{ network: { proxy: { port: '1080x' } } }, 'network.proxy.port must be a whole number from 1 to 65535'],
    [{ network: { proxy: { port: 65_536 } } }, 'network.proxy.port must be a whole number from 1 to 65535'],
    [{ network: { proxy: { login: '}' } } }, 'network.proxy.login must not be one of { } = ; // /* alone'],
    [{ network: { proxy: { password: 'a\0' } } }, 'network.proxy.password must not contain NUL characters'],
    [{ network: { proxy: { password: 5 } } }, 'network.proxy.password must be a string, or null to remove it'],
    [
      { network: { proxy: { password: 'a'.repeat(5000) } } },
      'network.proxy.password must not be longer than 4096 characters',
    ],
    [{ network: { proxy: { noProxy: '10.0.0.0/8' } } }, 'network.proxy.noProxy must be an array'],
    [
      { network: { proxy: { noProxy: ['10.0.0.1', '-host'] } } },
      'network.proxy.noProxy[1] must be an IPv4 address, a subnet such as 10.0.0.0/8, or a host name',
    ],
    [{ network: { proxy: { noProxy: ['10.0.0.0/33'] } } }, 'network.proxy.noProxy[0] must be an IPv4 address'],
    [{ network: { proxy: { noProxy: ['10.0.0.1\n'] } } }, 'network.proxy.noProxy[0] must be an IPv4 address'],
    [
      { network: { proxy: { dns: '9.9.9.9' } } },
      'network.proxy.dns must be true, false, or "ADDRESS:PORT" with an IPv4 address',
    ],
    [{ network: { proxy: { dns: 1 } } }, 'network.proxy.dns must be true, false, or "ADDRESS:PORT"'],
    [{ network: { proxy: { dns: '9.9.9.9:99999' } } }, 'network.proxy.dns must be true, false'],
  ])('refuses %j', (body, message) => {
    expect(() => decodePatch(body)).toThrow(HostConfigInvalidError);
    expect(() => decodePatch(body)).toThrow(message);
  });

  it('takes or refuses anything at all', () => {
    const field = fc.oneof(fc.anything(), fc.string(), fc.integer());
    const keys = ['type', 'ip', 'port', 'login', 'password', 'noProxy', 'dns'];
    const proxy = fc.dictionary(fc.constantFrom(...keys), field);
    const network = fc.record({ proxy: fc.oneof(proxy, field), hostname: field, force: field }, { requiredKeys: [] });
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.record({ network, force: field }, { requiredKeys: ['network'] })),
        (body) => {
          expect(outcomeOf(() => decodePatch(body))).toMatch(/^(?:taken|HOST_CONFIG_INVALID)$/);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('names every fault at once, and no secret', () => {
    const proxy = { port: -1, login: 'sesame\0', password: 'sesame\ud800' };
    const refusal = thrownBy(() => decodePatch({ network: { proxy } }));
    expect(refusal).toMatchObject({
      code: 'HOST_CONFIG_INVALID',
      details: {
        problems: [
          { field: 'network.proxy.port' },
          { field: 'network.proxy.login' },
          { field: 'network.proxy.password' },
        ],
      },
    });
    expect(JSON.stringify(refusal) + String(refusal)).not.toContain('sesame');
  });
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** `taken`, or the code of the error. */
function outcomeOf(action: () => unknown): string {
  try {
    action();
    return 'taken';
  } catch (error) {
    return error instanceof HostConfigInvalidError ? error.code : String(error);
  }
}
