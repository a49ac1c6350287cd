import { describe, expect, it } from 'vitest';
import { isIntactText, openBackedUpFile, removeFile, replaceFile, type DurableFileSystem } from './index.ts';
import {
  createFaultyFileSystem,
  createPowerCutDisk,
  type DiskKind,
  type DiskState,
  type PowerCutDisk,
} from './testing/index.ts';

const PATH = '/boot/config.txt';
const OLD = Buffer.from('old content');
const NEW = Buffer.from('new');
const FOREIGN = { content: Buffer.from('foreign') };

const before: DiskState = new Map([
  [PATH, { content: OLD }],
  ['/boot/foreign', FOREIGN],
]);
const nothing: DiskState = new Map([['/boot/foreign', FOREIGN]]);

/** Runs an action, and gives all states that a power cut at any of its calls may leave, and those at its end. */
async function cutAnywhere(
  disk: PowerCutDisk,
  action: (fileSystem: DurableFileSystem) => Promise<unknown>,
): Promise<{ during: readonly DiskState[]; after: readonly DiskState[] }> {
  const during: DiskState[] = [];
  const { fileSystem } = createFaultyFileSystem({
    base: disk.fileSystem,
    onCall: () => void during.push(...disk.afterPowerCut()),
  });
  await action(fileSystem);
  return { during, after: disk.afterPowerCut() };
}

function contentsOf(states: readonly DiskState[], path: string = PATH): readonly string[] {
  const contents = states.map((state) => state.get(path)?.content ?? 'nothing');
  return [...new Set(contents.map((content) => content.toString()))].toSorted();
}

/** Paths that share their clusters with {@link PATH}. */
function linkedNames(state: DiskState): readonly string[] {
  const file = state.get(PATH);
  return [...state].filter(([path, other]) => path !== PATH && other === file).map(([path]) => path);
}

describe.each<DiskKind>(['journalled', 'vfat'])('on a disk that is %s', (kind) => {
  it('a replaced file is old or new at a power cut, and new once it is replaced', async () => {
    const disk = createPowerCutDisk({ kind, files: before });
    const { during, after } = await cutAnywhere(disk, (fileSystem) =>
      replaceFile(fileSystem, { path: PATH, bytes: NEW }),
    );
    expect(contentsOf(during)).toEqual(['new', 'old content']);
    expect(contentsOf(after)).toEqual(['new']);
    expect(contentsOf([...during, ...after], '/boot/foreign')).toEqual(['foreign']);
    expect(after.flatMap((state) => [...state.keys()])).toEqual([PATH, '/boot/foreign']);
  });

  it('a file that was not there is whole, not there, or on vfat empty', async () => {
    const disk = createPowerCutDisk({ kind, files: nothing });
    const { during, after } = await cutAnywhere(disk, (fileSystem) =>
      replaceFile(fileSystem, { path: PATH, bytes: NEW }),
    );
    expect(contentsOf(during)).toEqual(kind === 'vfat' ? ['', 'new', 'nothing'] : ['new', 'nothing']);
    expect(contentsOf(after)).toEqual(['new']);
  });

  it('a removed file is whole or gone, and gone once it is removed', async () => {
    const { during, after } = await cutAnywhere(createPowerCutDisk({ kind, files: before }), (fileSystem) =>
      removeFile(fileSystem, PATH),
    );
    expect(contentsOf(during)).toEqual(['nothing', 'old content']);
    expect(contentsOf(after)).toEqual(['nothing']);
  });

  it('can be replaced again after any power cut, also one that left a name behind', async () => {
    for (const files of [before, nothing]) {
      const { during } = await cutAnywhere(createPowerCutDisk({ kind, files }), (fileSystem) =>
        replaceFile(fileSystem, { path: PATH, bytes: NEW }),
      );
      for (const state of during) {
        const disk = createPowerCutDisk({ kind, files: state });
        for (const content of ['second', 'third']) {
          const { after } = await cutAnywhere(disk, (fileSystem) =>
            replaceFile(fileSystem, { path: PATH, bytes: Buffer.from(content) }),
          );
          expect(contentsOf(after)).toEqual([content]);
          expect(contentsOf(after, '/boot/foreign')).toEqual(['foreign']);
        }
      }
    }
  });

  it('a file with a backup is old or new, or its backup is', async () => {
    for (const files of [before, nothing]) {
      const { during, after } = await cutAnywhere(createPowerCutDisk({ kind, files }), (fileSystem) =>
        openBackedUpFile({ path: PATH, fileSystem }).update(() => NEW),
      );
      for (const state of [...during, ...after]) {
        const { fileSystem } = createPowerCutDisk({ kind, files: state });
        const { bytes } = await openBackedUpFile({ path: PATH, fileSystem }).read();
        const allowed = after.includes(state) ? ['new'] : ['new', files === before ? 'old content' : 'nothing'];
        expect(allowed).toContain(bytes?.toString() ?? 'nothing');
      }
    }
  });
});

describe('vfat, by a rename alone', () => {
  const temporary = '/boot/temporary';

  async function renameOver({ fileSystem }: PowerCutDisk): Promise<void> {
    const file = await fileSystem.create(temporary);
    await file.write(NEW);
    await file.sync();
    await file.close();
    await fileSystem.rename(temporary, PATH);
  }

  it('loses the old content before it has the new', async () => {
    const disk = createPowerCutDisk({ kind: 'vfat', files: before });
    await renameOver(disk);
    expect(contentsOf(disk.afterPowerCut())).toEqual(['damaged', 'new']);
  });

  it('has neither for good when the directory is synced', async () => {
    const disk = createPowerCutDisk({ kind: 'vfat', files: before });
    await renameOver(disk);
    await disk.fileSystem.syncDirectory('/boot');
    expect(contentsOf(disk.afterPowerCut())).toEqual(['damaged', 'new']);
  });

  it('gets two names for the same clusters, of which none may be removed', async () => {
    const disk = createPowerCutDisk({ kind: 'vfat', files: before });
    await renameOver(disk);
    const linked = disk.afterPowerCut().find((state) => linkedNames(state).includes(temporary));
    const restarted = createPowerCutDisk({ kind: 'vfat', files: linked ?? new Map() });
    await restarted.fileSystem.remove(temporary);
    await expect(restarted.fileSystem.read(PATH)).rejects.toMatchObject({ code: 'EIO' });
  });
});

describe('a left-over with the clusters of the file', () => {
  it('keeps them, and the file is replaced', async () => {
    const shared = { content: OLD };
    const leftover = '/boot/.config.txt.0123456789abcdef.tmp';
    const disk = createPowerCutDisk({
      kind: 'vfat',
      files: new Map([
        [PATH, shared],
        [leftover, shared],
      ]),
    });
    const during: string[] = [];
    const { fileSystem } = createFaultyFileSystem({
      base: disk.fileSystem,
      onCall: () => void during.push(...contentsOf(disk.afterPowerCut())),
    });
    await replaceFile(fileSystem, { path: PATH, bytes: NEW });
    await replaceFile(fileSystem, { path: PATH, bytes: Buffer.from('third') });
    expect([...new Set(during)].toSorted()).toEqual(['new', 'old content', 'third']);
    expect(await disk.fileSystem.list('/boot')).toEqual(['config.txt', '.config.txt.0123456789abcdef.linked']);
  });
});

it('tells text from what was never written', () => {
  expect([Buffer.from('a'), Buffer.of(), Buffer.alloc(4), Buffer.from('a\0')].map(isIntactText)).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
