import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPowerFiles, type PowerFiles } from './power-files.ts';

let directory: string;
let files: PowerFiles;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'power-'));
  files = createPowerFiles({ rootMount: join(directory, 'root'), stateMount: join(directory, 'state') });
});

afterEach(() => rm(directory, { recursive: true, force: true }));

describe("a host's update of its own", () => {
  it.each(['rollback-health-breadcrumb', 'rollback-altboot-breadcrumb'])('is detected by %s', async (name) => {
    expect(await files.hostUpdate.find()).toBe(null);
    await mkdir(join(directory, 'state'));
    expect(await files.hostUpdate.find()).toBe(null);
    await writeFile(join(directory, 'state', name), '');
    expect(await files.hostUpdate.find()).toBe(name);
  });

  it('is detected by a dangling link, too', async () => {
    await mkdir(join(directory, 'state'));
    await symlink('/nowhere', join(directory, 'state/rollback-health-breadcrumb'));
    expect(await files.hostUpdate.find()).toBe('rollback-health-breadcrumb');
  });

  it('is not denied when the partition cannot be read', async () => {
    await writeFile(join(directory, 'state'), '');
    await expect(files.hostUpdate.find()).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});

describe('the file that asks for a reboot', () => {
  it('is written in whole, read and removed', async () => {
    expect(await files.reboot.read()).toBe(null);
    await files.reboot.write('one');
    await files.reboot.write('two');
    expect(await files.reboot.read()).toBe('two');
    expect(await readdir(join(directory, 'root/tmp/balena-supervisor'))).toEqual(['reboot-after-apply']);
    await files.reboot.remove();
    await files.reboot.remove();
    expect(await files.reboot.read()).toBe(null);
  });
});
