import { expect, it } from 'vitest';
import { formatLogLine, type LogMessage } from './log-message.ts';

it.each<[string, LogMessage, string]>([
  [
    'a service',
    { message: 'hello', timestamp: 5, serviceName: 'web', serviceId: 1, appId: 2 },
    '{"message":"hello","timestamp":5,"serviceName":"web"}\n',
  ],
  [
    'a service that complains',
    { message: 'no', timestamp: 5, serviceName: 'web', isStdErr: true },
    '{"message":"no","timestamp":5,"serviceName":"web","isStdErr":true}\n',
  ],
  [
    'the supervisor',
    { message: 'Starting', timestamp: 5, isSystem: true, serviceName: 'web', isStdErr: false },
    '{"message":"Starting","timestamp":5,"isSystem":true}\n',
  ],
  ['no service', { message: 'a\nb', timestamp: 5 }, '{"message":"a\\nb","timestamp":5}\n'],
])('writes a line of %s', (_, message, line) => {
  expect(formatLogLine(message)).toBe(line);
});
