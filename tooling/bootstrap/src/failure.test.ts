import { describe, expect, it } from 'vitest';
import { asFailure, BootstrapFailure, diagnose } from './failure.mjs';

describe('diagnose', () => {
  it.each([
    ['npm error code ENOSPC', 'the disk is full'],
    ['No space left on device (os error 28)', 'the disk is full'],
    ['Error: ERR_PNPM_FROZEN_LOCKFILE_WITH_OUTDATED_LOCKFILE', 'pnpm-lock.yaml does not match'],
    ['npm error code ECONNREFUSED', 'the package registry cannot be reached'],
    ['npm error code EAI_AGAIN', 'the package registry cannot be reached'],
    ['npm error code SELF_SIGNED_CERT_IN_CHAIN', 'certificate is not trusted'],
    ['npm error code E401', 'refuses access'],
    ['Error: EROFS: read-only file system', 'not writable'],
  ])('names the reason behind %j', (text, reason) => {
    const failure = diagnose('installing', { path: 'install.log', text: `first\n${text}\nlast\n` });
    expect(failure.message).toContain(reason);
    expect(failure.format()).toContain(`  | ${text}\n  | last\n  (all of it: install.log)\n  Remedy: `);
  });

  it('takes the full disk for the reason of what follows from it', () => {
    const text = 'ENOSPC: no space left\nwarn could not be fetched: network';
    expect(diagnose('installing', { path: 'x', text }).message).toBe('installing failed: the disk is full');
  });

  it('shows the end of a long log', () => {
    const text = Array.from({ length: 100 }, (_, line) => `line ${line}`).join('\n');
    const shown = diagnose('building', { path: 'x', text }).format();
    expect(shown).not.toContain('line 84\n');
    expect(shown).toContain('line 85\n');
    expect(shown).toContain('line 99\n');
  });
});

describe('BootstrapFailure', () => {
  it('is message and remedy', () => {
    expect(new BootstrapFailure('npm is missing', { remedy: 'install it.' }).format()).toBe(
      'device-supervisor: npm is missing\n  Remedy: install it.\n',
    );
  });
});

describe('asFailure', () => {
  it('explains what the file system says', () => {
    const thrown = Object.assign(new Error("ENOSPC: no space left on device, open '.state/x'"), { code: 'ENOSPC' });
    expect(asFailure(thrown).format()).toMatch(
      /^device-supervisor: the disk is full: ENOSPC.*\n {2}Remedy: free about/,
    );
  });

  it('shows where anything else comes from', () => {
    expect(asFailure(new RangeError('odd')).message).toMatch(/^RangeError: odd\n {4}at /);
  });
});
