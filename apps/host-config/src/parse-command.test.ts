import { describe, expect, it } from 'vitest';
import { parseBody, parseCommand, UsageError } from './parse-command.ts';

const bodyOf = (...args: readonly string[]): unknown => {
  const command = parseCommand(['patch', ...args]);
  return command.name === 'patch' && command.body.source === 'arguments' ? command.body.body : command;
};

describe('parseCommand', () => {
  it.each([
    [['get'], { name: 'get', json: false }],
    [['get', '--json'], { name: 'get', json: true }],
    [['--help'], { name: 'help' }],
    [['patch', '-h'], { name: 'help' }],
    [['patch', '--force', '--json', '-'], { name: 'patch', json: true, force: true, body: { source: 'stdin' } }],
  ])('understands %j', (args, command) => {
    expect(parseCommand(args)).toEqual(command);
  });

  it('takes a body of the API', () => {
    expect(bodyOf('{"network":{"hostname":"a=b"}}')).toEqual({ network: { hostname: 'a=b' } });
  });

  it.each([
    [['hostname=my-device'], { hostname: 'my-device' }],
    [['hostname='], { hostname: '' }],
    [['proxy='], { proxy: null }],
    [['proxy.type=socks5', 'proxy.ip=h', 'proxy.port=1'], { proxy: { type: 'socks5', ip: 'h', port: '1' } }],
    [['proxy.password=a=b='], { proxy: { password: 'a=b=' } }],
    [['proxy.login=', 'proxy.password='], { proxy: { login: null, password: null } }],
    [['proxy.noProxy=10.0.0.0/8, 1.1.1.1'], { proxy: { noProxy: ['10.0.0.0/8', '1.1.1.1'] } }],
    [['proxy.noProxy='], { proxy: { noProxy: [] } }],
    [['proxy.dns=true'], { proxy: { dns: true } }],
    [['proxy.dns=9.9.9.9:53'], { proxy: { dns: '9.9.9.9:53' } }],
    [['proxy.dns='], { proxy: { dns: false } }],
  ])('takes fields: %j', (args, network) => {
    expect(bodyOf(...args)).toEqual({ network });
  });

  it.each([
    [[], 'no command is named'],
    [['set'], 'there is no command set'],
    [['get', 'proxy'], 'get takes no arguments'],
    [['get', '--forced'], "Unknown option '--forced'"],
    [['patch'], 'patch takes fields, JSON, or -'],
    [['patch', '{"network":'], 'the body is not JSON'],
    [['patch', 'hostname'], 'an argument is not FIELD=VALUE; fields are hostname, proxy, proxy.type'],
    [['patch', 'proxy.local_port=1'], 'an argument is not FIELD=VALUE'],
    [['patch', 'proxy=socks5'], 'proxy has fields of its own'],
    [['patch', 'proxy=', 'proxy.port=1'], 'the proxy cannot be removed and set at once'],
  ])('refuses %j', (args, message) => {
    expect(() => parseCommand(args)).toThrow(UsageError);
    expect(() => parseCommand(args)).toThrow(message);
  });

  it('quotes no secret', () => {
    expect(() => parseBody('{"password":"sesame"')).toThrow(/^(?!.*sesame)/);
    expect(() => parseCommand(['patch', 'password=sesame'])).toThrow(/^(?!.*sesame)/);
  });
});
