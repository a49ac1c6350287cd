import { expect, it } from 'vitest';
import { busSocket } from './bus-address.ts';

it.each([
  ['unix:path=/run/dbus/system_bus_socket', '/run/dbus/system_bus_socket'],
  ['unix:path=/run/dbus/socket,guid=0123abcd', '/run/dbus/socket'],
  ['unix:guid=0123abcd,path=/run/with%20space', '/run/with space'],
  ['tcp:host=localhost,port=1;unix:path=/second', '/second'],
  ['unix:abstract=/tmp/dbus-1', '\0/tmp/dbus-1'],
])('reads %s', (address, socket) => {
  expect(busSocket(address)).toBe(socket);
});

it.each(['', 'nonsense', 'unix:', 'unix:path=', 'unix:path=/a%3Ab', 'unix:path=%E0', 'tcp:host=localhost,port=1'])(
  'refuses %j, and says what would do',
  (address) => {
    expect(() => busSocket(address)).toThrow(
      expect.objectContaining({ code: 'INVALID_BUS_ADDRESS', hint: expect.stringContaining('unix:path=') }),
    );
  },
);
