import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../log/create-logger.ts';
import { bindDataDirectory } from './bind-data-directory.ts';
import { BootCommandError } from './errors.ts';
import { linkJournal } from './link-journal.ts';
import { linkKernelModules } from './link-kernel-modules.ts';
import { makeLockDirectory } from './make-lock-directory.ts';
import { mountPartitions, type MountPartitionsOptions } from './mount-partitions.ts';

/** A host's root file system, and a container that sees it. */
let directory: string;
let rootMount: string;
let containerRoot: string;
/** Commands that were run, in order. */
let commands: string[];
let lines: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'boot-'));
  rootMount = join(directory, 'host');
  containerRoot = join(directory, 'container');
  mkdirSync(join(rootMount, 'tmp'), { recursive: true });
  mounted();
  commands = [];
  lines = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const log = createLogger({
  level: 'debug',
  format: 'human',
  now: () => new Date(0),
  write: (line) => lines.push(line),
});

function write(path: string, text = ''): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** The kernel's list of mounts. */
function mounted(...paths: readonly string[]): void {
  const rows = paths.map((path, index) => `${index + 30} 1 8:1 / ${path} rw - ext4 /dev/sda1 rw`);
  write(join(containerRoot, 'proc/self/mountinfo'), `${rows.join('\n')}\n`);
}

const DISKS = {
  blockdevices: [
    { name: '/dev/sdb', type: 'disk', label: 'resin-boot', partlabel: null, fstype: 'vfat' },
    {
      name: '/dev/sda',
      type: 'disk',
      label: null,
      partlabel: null,
      fstype: null,
      children: [
        { name: '/dev/sda1', type: 'part', label: 'resin-boot', partlabel: null, fstype: 'vfat' },
        { name: '/dev/sda2', type: 'part', label: null, partlabel: 'balena-state', fstype: 'ext4' },
        {
          name: '/dev/sda3',
          type: 'part',
          label: null,
          partlabel: 'resin-data',
          fstype: 'crypto_LUKS',
          children: [
            { name: '/dev/mapper/luks-data', type: 'crypt', label: 'resin-data', partlabel: null, fstype: 'ext4' },
          ],
        },
      ],
    },
  ],
};

interface HostState {
  /** The host's mounts, by path; `null`: its bus is down. */
  readonly devices?: Readonly<Record<string, string>> | null;
  readonly disks?: unknown;
}

function options({ devices = { '/boot': '/dev/sda1' }, disks = DISKS }: HostState = {}): MountPartitionsOptions {
  const at = (name: string): string => join(directory, 'mnt', name);
  return {
    config: {
      rootMount,
      containerRoot,
      bootMount: at('boot'),
      stateMount: at('state'),
      dataMount: at('data'),
      busAddress: 'unix:path=/bus',
    },
    log,
    mountUnits: {
      async deviceAt(path) {
        if (devices === null) throw new Error('ENOENT');
        return devices[path.replace(join(directory, 'mnt'), '')] ?? null;
      },
    },
    async run(program, args) {
      if (program === 'lsblk') return JSON.stringify(disks);
      commands.push([program, ...args].join(' ').replaceAll(directory, ''));
      return '';
    },
  };
}

describe('mountPartitions', () => {
  it('mounts what has the labels, on the disk that the host booted from', async () => {
    await mountPartitions(options());
    expect(commands).toEqual([
      'dmsetup resume luks-data',
      'mount /dev/sda1 /mnt/boot',
      'mount /dev/sda2 /mnt/state',
      'mount /dev/mapper/luks-data /mnt/data',
    ]);
  });

  it('leaves alone what is mounted, and asks nothing then', async () => {
    mounted(...['boot', 'state', 'data'].map((name) => join(directory, 'mnt', name)));
    await mountPartitions(options({ devices: null }));
    expect(commands).toEqual([]);
  });

  it('binds what the host has mounted', async () => {
    mounted(...['boot', 'state', 'data'].map((name) => join(rootMount, directory, 'mnt', name)));
    await mountPartitions(options({ devices: null }));
    expect(commands).toEqual([
      'mount --bind /host/mnt/boot /mnt/boot',
      'mount --bind /host/mnt/state /mnt/state',
      'mount --bind /host/mnt/data /mnt/data',
    ]);
  });

  it.each(['efi', 'rpi', 'imx'])(
    'takes the unencrypted boot partition at /mnt/%s of an encrypted disk',
    async (name) => {
      const [, sda] = DISKS.blockdevices;
      const crypt = { name: '/dev/mapper/luks-boot', type: 'crypt', label: null, partlabel: null, fstype: 'ext4' };
      const disks = { blockdevices: [{ ...sda, children: [...(sda?.children ?? []), crypt] }] };
      const devices = { '/boot': '/dev/mapper/luks-boot', [`/mnt/${name}`]: '/dev/sda9' };
      await mountPartitions(options({ devices, disks }));
      expect(commands).toContain('mount /dev/sda9 /mnt/boot');
    },
  );

  it.each<[string, HostState, string]>([
    ["the host's bus is away", { devices: null }, 'HOST_BUS_MISSING'],
    ['the host has no boot partition mounted', { devices: {} }, 'PARTITION_MISSING'],
    ['no disk has the device', { devices: { '/boot': '/dev/nbd0' } }, 'PARTITION_MISSING'],
    [
      'no partition has the label',
      { disks: { blockdevices: [DISKS.blockdevices[1]] }, devices: {} },
      'PARTITION_MISSING',
    ],
  ])('does not start without a boot partition: %s', async (_, state, code) => {
    await expect(mountPartitions(options(state))).rejects.toMatchObject({ code, hint: expect.any(String) });
    expect(commands.filter((command) => command.startsWith('mount'))).toEqual([]);
  });

  it('starts on a plain Linux host, which has neither state nor data partition', async () => {
    mounted(join(directory, 'mnt/boot'));
    await mountPartitions(options({ devices: null }));
    expect(commands).toEqual([]);
    expect(lines.join('')).toMatch(/No state partition is mounted.*\n.*No data partition is mounted/);
  });

  it('reports a mount that fails', async () => {
    const failing = options();
    const run: typeof failing.run = async (program, args) => {
      if (program === 'mount') throw new BootCommandError('mount', 'permission denied', null);
      return await failing.run(program, args);
    };
    await expect(mountPartitions({ ...failing, run })).rejects.toMatchObject({ code: 'BOOT_COMMAND_FAILED' });
  });
});

describe('bindDataDirectory', () => {
  async function bind(): Promise<void> {
    const { run } = options();
    const dataMount = join(directory, 'mnt/data');
    await bindDataDirectory({ config: { databasePath: join(directory, 'data/database.sqlite'), dataMount }, log, run });
  }

  it("takes the directory of the data partition when the container's own has no database", async () => {
    mkdirSync(join(directory, 'mnt/data/resin-data/balena-supervisor'), { recursive: true });
    await bind();
    expect(commands).toEqual(['mount --bind /mnt/data/resin-data/balena-supervisor /data']);
  });

  it('keeps a directory with a database', async () => {
    mkdirSync(join(directory, 'mnt/data/resin-data/balena-supervisor'), { recursive: true });
    write(join(directory, 'data/database.sqlite'));
    await bind();
    expect(commands).toEqual([]);
  });

  it('keeps the directory of a host that has none of its own', async () => {
    await bind();
    expect(commands).toEqual([]);
  });
});

describe('makeLockDirectory', () => {
  it('makes it once', async () => {
    await makeLockDirectory(rootMount);
    write(join(rootMount, 'tmp/balena-supervisor/services/1/main/updates.lock'));
    await makeLockDirectory(rootMount);
    expect(existsSync(join(rootMount, 'tmp/balena-supervisor/services/1/main/updates.lock'))).toBe(true);
  });

  it('means the directory of an older host by both names', async () => {
    write(join(rootMount, 'tmp/resin-supervisor/services/1/main/updates.lock'));
    await makeLockDirectory(rootMount);
    await makeLockDirectory(rootMount);
    expect(readlinkSync(join(rootMount, 'tmp/balena-supervisor'))).toBe('resin-supervisor');
    expect(existsSync(join(rootMount, 'tmp/balena-supervisor/services/1/main/updates.lock'))).toBe(true);
  });
});

describe('linkJournal', () => {
  const ID = 'f'.repeat(32);
  const own = (): string => join(containerRoot, 'run/log/journal');

  it.each(['var/log/journal', 'run/log/journal'])('reads the journal that the host keeps in /%s', async (where) => {
    write(join(rootMount, 'etc/machine-id'), `${ID}\n`);
    mkdirSync(join(rootMount, 'var/log/journal'), { recursive: true });
    mkdirSync(join(rootMount, where, ID), { recursive: true });
    await linkJournal({ rootMount, containerRoot });
    await linkJournal({ rootMount, containerRoot });
    expect(readFileSync(join(containerRoot, 'etc/machine-id'), 'utf8').trim()).toBe(ID);
    expect(readlinkSync(own())).toBe(join(rootMount, where));
  });

  it('follows a host that keeps its journal elsewhere from now on', async () => {
    write(join(rootMount, 'etc/machine-id'), ID);
    mkdirSync(join(rootMount, 'run/log/journal', ID), { recursive: true });
    await linkJournal({ rootMount, containerRoot });
    mkdirSync(join(rootMount, 'var/log/journal', ID), { recursive: true });
    await linkJournal({ rootMount, containerRoot });
    expect(readlinkSync(own())).toBe(join(rootMount, 'var/log/journal'));
  });

  it('does without the journal of a host that has no id', async () => {
    await linkJournal({ rootMount, containerRoot });
    expect(existsSync(own())).toBe(false);
  });

  it('keeps a journal that is mounted into the container', async () => {
    write(join(rootMount, 'etc/machine-id'), ID);
    mkdirSync(join(rootMount, 'var/log/journal', ID), { recursive: true });
    mkdirSync(own(), { recursive: true });
    await linkJournal({ rootMount, containerRoot });
    expect(lstatSync(own()).isDirectory()).toBe(true);
  });
});

describe('linkKernelModules', () => {
  const config = (): { rootMount: string; containerRoot: string } => ({ rootMount, containerRoot });

  it("has the host's modules, and loads that of the firewall", async () => {
    mkdirSync(join(rootMount, 'lib/modules/6.1'), { recursive: true });
    mkdirSync(join(containerRoot, 'usr/lib'), { recursive: true });
    await linkKernelModules({ config: config(), log, run: options().run });
    await linkKernelModules({ config: config(), log, run: options().run });
    expect(existsSync(join(containerRoot, 'usr/lib/modules/6.1'))).toBe(true);
    expect(commands).toEqual(['modprobe ip6_tables', 'modprobe ip6_tables']);
  });

  it('does without those of a host that has none, and a kernel that has it built in', async () => {
    await linkKernelModules({ config: config(), log, run: options().run });
    expect(commands).toEqual([]);
    mkdirSync(join(rootMount, 'lib/modules'), { recursive: true });
    mkdirSync(join(containerRoot, 'usr/lib'), { recursive: true });
    const run = async (): Promise<string> => {
      throw new BootCommandError('modprobe', 'not found', null);
    };
    await linkKernelModules({ config: config(), log, run });
    expect(lines.join('')).toContain('modprobe failed');
  });
});
