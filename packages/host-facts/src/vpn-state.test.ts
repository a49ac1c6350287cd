import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readVpnState } from './index.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'vpn-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('readVpnState', () => {
  it.each([true, false])('is connected while the host says so (enabled: %s)', async (enabled) => {
    const statusPath = join(directory, 'vpn_status');
    const sources = { statusPath, isEnabled: async () => enabled };
    expect(await readVpnState(sources)).toEqual({ enabled, connected: false });
    mkdirSync(statusPath);
    expect(await readVpnState(sources)).toEqual({ enabled, connected: false });
    writeFileSync(join(statusPath, 'active'), '');
    expect(await readVpnState(sources)).toEqual({ enabled, connected: true });
  });

  it('fails when it cannot be read whether the VPN is enabled', async () => {
    const isEnabled = () => Promise.reject(new Error('no bus'));
    await expect(readVpnState({ statusPath: directory, isEnabled })).rejects.toThrow('no bus');
  });
});
