import { describe, expect, it } from 'vitest';
import { parseDuration } from './parse-duration.ts';
import { parseMount } from './parse-mount.ts';
import { parseExposed, parsePort } from './parse-port.ts';
import { parseSize } from './parse-size.ts';
import { parseTmpfs } from './parse-tmpfs.ts';
import { splitCommand } from './split-command.ts';

describe('parseSize', () => {
  it.each([
    [64, 64],
    ['64', 64],
    ['64b', 64],
    ['1k', 1024],
    ['512KB', 524_288],
    ['1.5m', 1_572_864],
    ['2GiB', 2_147_483_648],
    ['-1', -1],
  ])('reads %j', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['', 'm', '12x', '1 2', '-5', '1e3'])('refuses %j', (text) => {
    expect(() => parseSize(text)).toThrow(/is not a size/);
  });
});

describe('parseDuration', () => {
  it.each([
    ['30s', 30_000],
    ['1m30s', 90_000],
    ['1.5s', 1500],
    ['250ms', 250],
    ['500us', 0.5],
    ['1h', 3_600_000],
    [5, 5000],
    ['5', 5000],
  ])('reads %j', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', 's', '1x', '-1s', '1s ago'])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow(/is not a duration/);
  });
});

describe('parsePort', () => {
  const binding = (containerPort: string, hostPort: string, hostIp = ''): object => ({
    containerPort,
    hostPort,
    hostIp,
  });

  it.each([
    [80, [binding('80/tcp', '80')]],
    ['80', [binding('80/tcp', '80')]],
    ['80-81/udp', [binding('80/udp', '80'), binding('81/udp', '81')]],
    ['8080:80', [binding('80/tcp', '8080')]],
    ['53:53/udp', [binding('53/udp', '53')]],
    ['127.0.0.1:8080:80', [binding('80/tcp', '8080', '127.0.0.1')]],
    ['[::1]:8080:80', [binding('80/tcp', '8080', '::1')]],
    ['[fd00::1]::80/sctp', [binding('80/sctp', '', 'fd00::1')]],
    [
      '0.0.0.0:5000-5001:6000-6001/udp',
      [binding('6000/udp', '5000', '0.0.0.0'), binding('6001/udp', '5001', '0.0.0.0')],
    ],
    ['127.0.0.1::80', [binding('80/tcp', '', '127.0.0.1')]],
    ['8080-8081:80-81', [binding('80/tcp', '8080'), binding('81/tcp', '8081')]],
    ['8080-8090:80', [binding('80/tcp', '8080-8090')]],
    [{ target: 80, published: '8080', host_ip: '10.0.0.1', protocol: 'udp' }, [binding('80/udp', '8080', '10.0.0.1')]],
    [{ target: 80 }, [binding('80/tcp', '')]],
  ])('reads %j', (port, bindings) => {
    expect(parsePort(port)).toEqual(bindings);
  });

  it.each(['', 'web', '0:80', '80:70000', '90-80:90-80', '80:81:82:83', '-1:80'])('refuses %j', (port) => {
    expect(() => parsePort(port)).toThrow(/is not a port/);
  });

  it('refuses ranges of different lengths, and unknown protocols', () => {
    expect(() => parsePort('80-82:80-81')).toThrow(/different lengths/);
    expect(() => parsePort('80:80/icmp')).toThrow(/protocol 'icmp'/);
  });
});

describe('parseExposed', () => {
  it('reads ports and ranges, and no ports of the host', () => {
    expect(parseExposed('80')).toEqual(['80/tcp']);
    expect(parseExposed('8000-8002/udp')).toEqual(['8000/udp', '8001/udp', '8002/udp']);
    expect(() => parseExposed('8080:80')).toThrow(/is not a port of the container/);
  });
});

describe('parseTmpfs', () => {
  it.each([
    ['/run', { target: '/run', options: '' }],
    ['/run/:size=64m', { target: '/run', options: 'size=64m' }],
    [
      '/run:rw,noexec,size=25%,mode=1777,uid=1000',
      { target: '/run', options: 'rw,noexec,size=25%,mode=1777,uid=1000' },
    ],
  ])('reads %j', (text, expected) => {
    expect(parseTmpfs(text)).toEqual(expected);
  });

  it.each(['run', '', '/run:size=64m:ro', '/run:speed=1', '/run:size=much', '/run:mode=9', '/run:size'])(
    'refuses %j',
    (text) => {
      expect(() => parseTmpfs(text)).toThrow(/is not an absolute path|unknown option|is not a size|not octal/);
    },
  );
});

describe('parseMount', () => {
  const volume = (target: string): object => ({
    kind: 'volume',
    volume: 'data',
    target,
    readOnly: false,
    subpath: '',
    noCopy: false,
  });
  it.each([
    ['data:/data', volume('/data')],
    ['data:/data/:ro', { ...volume('/data'), readOnly: true }],
    ['data:/data:ro,nocopy,z', { ...volume('/data'), readOnly: true, noCopy: true }],
    ['/data', { kind: 'anonymous', target: '/data' }],
    [
      { type: 'volume', source: 'data', target: '/d', read_only: true },
      { ...volume('/d'), readOnly: true },
    ],
    [
      { type: 'volume', source: 'data', target: '/d', volume: { nocopy: true, subpath: 'a/b/' } },
      { ...volume('/d'), noCopy: true, subpath: 'a/b' },
    ],
    [
      { type: 'volume', target: '/d' },
      { kind: 'anonymous', target: '/d' },
    ],
    [
      { type: 'tmpfs', target: '/t', read_only: true },
      { kind: 'tmpfs', target: '/t', options: 'ro' },
    ],
    [
      { type: 'tmpfs', target: '/t', tmpfs: { size: '64m', mode: 0o700 } },
      { kind: 'tmpfs', target: '/t', options: 'size=67108864,mode=700' },
    ],
  ])('reads %j', (mount, expected) => {
    expect(parseMount(mount)).toEqual(expected);
  });

  it.each(['/etc:/etc', './here:/etc', '~/x:/etc', { type: 'bind', source: '/etc', target: '/etc' }])(
    'knows a path of the host: %j',
    (mount) => {
      expect(parseMount(mount)).toMatchObject({ kind: 'host-path' });
    },
  );

  it.each(['/etc', '../other', 'a/../../b'])('refuses the subpath %j', (subpath) => {
    const mount = { type: 'volume', source: 'data', target: '/d', volume: { subpath } };
    expect(() => parseMount(mount)).toThrow(/is not a path inside the volume/);
  });

  it.each(['data:data', ':/data', 'data:/data:ro:x', 'data:/data:wild'])('refuses %j', (mount) => {
    expect(() => parseMount(mount)).toThrow(/is not (a volume|mounted at an absolute path)|unknown option/);
  });
});

describe('splitCommand', () => {
  it.each([
    ['nginx -g daemon', ['nginx', '-g', 'daemon']],
    [`sh -c 'echo "hi  there"'`, ['sh', '-c', 'echo "hi  there"']],
    ['a"b c"d', ['ab cd']],
    [String.raw`echo \"x\" a\ b "q\"z" "\n"`, ['echo', '"x"', 'a b', 'q"z', String.raw`\n`]],
    [`x '' ""`, ['x', '', '']],
    ['  ', []],
    ['echo $HOME', ['echo', '$HOME']],
  ])('splits %j', (line, words) => {
    expect(splitCommand(line)).toEqual(words);
  });

  it.each([`echo 'x`, 'echo "x', 'echo \\'])('refuses %j', (line) => {
    expect(() => splitCommand(line)).toThrow(/the command (has an opening|ends in a backslash)/);
  });
});
