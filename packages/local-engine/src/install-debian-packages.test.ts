import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandRunner, RunOptions } from './command-runner.ts';
import { CommandFailedError, PackageInstallError } from './errors.ts';
import { classifyAptFailure, installDebianPackages } from './install-debian-packages.ts';

let directory: string;
let policy: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'install-'));
  policy = join(directory, 'policy-rc.d');
});

afterEach(() => rm(directory, { recursive: true }));

interface FakeApt {
  readonly update?: { readonly output: string; readonly exitCode: number };
  readonly install?: { readonly output: string; readonly exitCode: number };
  onInstall?(options: RunOptions): Promise<void>;
}

/** A machine with a scripted apt-get, and the commands that it received. */
function fakeApt(fake: FakeApt): { readonly commands: CommandRunner; readonly calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    commands: {
      environment: {},
      find: () => Promise.resolve(undefined),
      async run(program, parameters, options = {}) {
        calls.push([program, ...parameters].join(' '));
        const isInstall = parameters.includes('install');
        if (isInstall) await fake.onInstall?.(options);
        const result = (isInstall ? fake.install : fake.update) ?? { output: '', exitCode: 0 };
        for (const line of result.output.split('\n')) options.onLine?.(line);
        if (result.exitCode !== 0) throw new CommandFailedError(program, result.exitCode, '');
        return result.output;
      },
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

describe('installDebianPackages', () => {
  it('updates the lists, then installs without recommended packages', async () => {
    const messages: string[] = [];
    const { commands, calls } = fakeApt({ install: { output: 'Unpacking x\nSetting up x (1.0) ...', exitCode: 0 } });
    await installDebianPackages(['x', 'y'], {
      commands,
      onProgress: (message) => messages.push(message),
      servicePolicyFile: policy,
    });
    expect(calls).toEqual([
      'apt-get -o DPkg::Lock::Timeout=120 -q update',
      'apt-get -o DPkg::Lock::Timeout=120 -q install --yes --no-install-recommends x y',
    ]);
    expect(messages).toEqual(['Reading the package lists', 'Installing x, y', 'Setting up x (1.0) ...']);
  });

  it('forbids services to start while it installs, and only then', async () => {
    let during = '';
    const { commands } = fakeApt({ onInstall: async () => void (during = await readFile(policy, 'utf8')) });
    await installDebianPackages(['x'], { commands, onProgress: () => undefined, servicePolicyFile: policy });
    expect(during).toMatch(/exit 101\n$/);
    expect(await exists(policy)).toBe(false);
  });

  it('takes away the policy that a killed installation left', async () => {
    let left = '';
    const killed = fakeApt({ onInstall: async () => void (left = await readFile(policy, 'utf8')) });
    const options = { onProgress: () => undefined, servicePolicyFile: policy };
    await installDebianPackages(['x'], { ...options, commands: killed.commands });
    await writeFile(policy, left);
    await installDebianPackages(['x'], { ...options, commands: fakeApt({}).commands });
    expect(await exists(policy)).toBe(false);
  });

  it("keeps the administrator's policy", async () => {
    await writeFile(policy, '#!/bin/sh\nexit 0\n');
    const { commands } = fakeApt({});
    await installDebianPackages(['x'], { commands, onProgress: () => undefined, servicePolicyFile: policy });
    expect(await readFile(policy, 'utf8')).toBe('#!/bin/sh\nexit 0\n');
  });

  it('installs although a package source cannot be read', async () => {
    const { commands, calls } = fakeApt({ update: { output: 'E: The repository is not signed.', exitCode: 100 } });
    await installDebianPackages(['x'], { commands, onProgress: () => undefined, servicePolicyFile: policy });
    expect(calls).toHaveLength(2);
  });

  it('fails with the end of the log, and allows services to start again', async () => {
    const noise = Array.from({ length: 100 }, (_, index) => `line ${index}`).join('\n');
    const { commands } = fakeApt({
      install: { output: `${noise}\nE: You don't have enough free space in /var/cache/apt/archives/.`, exitCode: 100 },
    });
    const failure = installDebianPackages(['x'], { commands, onProgress: () => undefined, servicePolicyFile: policy });
    await expect(failure).rejects.toMatchObject({ code: 'PACKAGE_INSTALL_FAILED', details: { reason: 'no-disk' } });
    await expect(failure).rejects.toThrow(/enough free space/);
    const thrown = await failure.catch((error: unknown) => error);
    expect(thrown instanceof PackageInstallError ? thrown.details.log.split('\n').length : thrown).toBe(30);
    expect(await exists(policy)).toBe(false);
  });

  it('finds the reason in the update when the installation only misses the package', async () => {
    const { commands } = fakeApt({
      update: { output: "Temporary failure resolving 'deb.debian.org'", exitCode: 0 },
      install: { output: 'E: Unable to locate package x', exitCode: 100 },
    });
    await expect(
      installDebianPackages(['x'], { commands, onProgress: () => undefined, servicePolicyFile: policy }),
    ).rejects.toMatchObject({ details: { reason: 'no-network' } });
  });
});

describe('classifyAptFailure', () => {
  it.each([
    ['dpkg: error: cannot copy extracted data: failed to write (No space left on device)', 'no-disk'],
    ['E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 7 (apt)', 'packages-locked'],
    ['E: Failed to fetch http://deb.example/x.deb  Could not connect to deb.example:80', 'no-network'],
    ['E: Sub-process /usr/bin/dpkg returned an error code (1)', 'install-failed'],
  ])('%s', (log, reason) => {
    expect(classifyAptFailure(log)).toBe(reason);
  });
});
