import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CONFIG_VARIABLES } from './config-variables.ts';
import { createSettings } from './settings.ts';

const ROOT = new URL('../../../../', import.meta.url);

it.each(Object.entries(CONFIG_VARIABLES).map(([setting, { readBy }]) => ({ setting, readBy })))(
  '$setting is read by $readBy',
  ({ setting, readBy }) => {
    const source = readFileSync(new URL(readBy, ROOT), 'utf8');
    const reads = new RegExp(`[.]${setting}\\b|\\{[^{}:()]*\\b${setting}\\b[^{}:()]*\\} = [^;]*settings`, 'i');
    expect(source).toMatch(reads);
  },
);

describe('createSettings', () => {
  it('prefers the target to config.json, and that to the defaults', () => {
    const settings = createSettings({ pollInterval: 60_000, apiRequestTimeout: 5_000 });
    expect(settings.current).toMatchObject({ pollInterval: 60_000, apiRequestTimeout: 5_000, delta: false });
    settings.adopt({ SUPERVISOR_POLL_INTERVAL: '90000', SUPERVISOR_DELTA: '1' });
    expect(settings.current).toMatchObject({ pollInterval: 90_000, apiRequestTimeout: 5_000, delta: true });
    settings.adopt({ SUPERVISOR_POLL_INTERVAL: 'often' });
    expect(settings.current).toMatchObject({ pollInterval: 60_000, delta: false });
  });

  it('takes the keys of config.json that the table names', () => {
    const keys = Object.values(CONFIG_VARIABLES).flatMap(({ configJson }) => configJson ?? []);
    expect(keys).toEqual(['appUpdatePollInterval', 'apiTimeout']);
    const source = readFileSync(new URL('apps/supervisor/src/supervisor.ts', ROOT), 'utf8');
    for (const key of keys) expect(source).toContain(key);
  });
});
