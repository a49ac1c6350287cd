import { describe, expect, it } from 'vitest';
import { checkPrivateEngine, type MachineFacts } from './requirements.ts';

const ready: MachineFacts = {
  platform: 'linux',
  userId: 0,
  missingPrograms: [],
  hasAptGet: true,
  installAllowed: true,
};

describe('checkPrivateEngine', () => {
  it.each<[string, Partial<MachineFacts>, object]>([
    ['everything is there', {}, { kind: 'start' }],
    ['no apt-get is needed when nothing is missing', { hasAptGet: false, installAllowed: false }, { kind: 'start' }],
    ['dockerd is missing', { missingPrograms: ['dockerd'] }, { kind: 'install' }],
    ['another system', { platform: 'darwin' }, { reason: 'unsupported-platform' }],
    ['no root', { userId: 1000, missingPrograms: ['dockerd'], hasAptGet: false }, { reason: 'not-root' }],
    ['no apt-get', { missingPrograms: ['dockerd'], hasAptGet: false }, { reason: 'no-apt' }],
    ['not allowed', { missingPrograms: ['dockerd'], installAllowed: false }, { reason: 'install-not-allowed' }],
  ])('%s', (_, facts, verdict) => {
    expect(checkPrivateEngine({ ...ready, ...facts })).toMatchObject(verdict);
  });

  it('names what is missing', () => {
    expect(checkPrivateEngine({ ...ready, missingPrograms: ['dockerd', 'ip'], installAllowed: false })).toMatchObject({
      explanation: expect.stringContaining('dockerd, ip'),
      hint: expect.stringContaining('apt-get install --no-install-recommends docker.io iptables iproute2'),
    });
  });
});
