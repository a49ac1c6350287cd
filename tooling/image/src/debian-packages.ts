import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ImageBuildError } from './errors.ts';
import { NAMES, type Architecture } from './image-definition.ts';

const run = promisify(execFile);

export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** The .deb file. */
  readonly file: string;
}

export interface DebianPackagesOptions {
  readonly names: readonly string[];
  readonly architecture: Architecture;
  /** Kept between builds: the packages of a folder that is complete are taken as they are. */
  readonly folder: string;
}

const SOURCES = [
  '/etc/apt/sources.list.d/debian.sources',
  '/etc/apt/sources.list.d/debian.list',
  '/etc/apt/sources.list',
];

/**
 * Downloads Debian packages for an architecture, with lists and status of their own: what is installed on this machine
 * plays no part. A folder that has them all is not touched, so that the next build has the same input; delete it to get
 * newer versions.
 *
 * @throws ImageBuildError
 */
export async function debianPackages({
  names,
  architecture,
  folder,
}: DebianPackagesOptions): Promise<readonly DebianPackage[]> {
  if (!existsSync(folder)) await download(names, architecture, folder);
  const found = await Promise.all(
    (await readdir(folder)).filter((name) => name.endsWith('.deb')).map((name) => describe(join(folder, name))),
  );
  const byName = new Map(found.map((each) => [each.name, each]));
  return names.toSorted().map((name) => {
    const one = byName.get(name);
    if (one !== undefined) return one;
    throw new ImageBuildError('packages', `${folder} has no package ${name}`, {
      hint: `Delete ${folder}, so that all packages are downloaded again`,
    });
  });
}

async function download(names: readonly string[], architecture: Architecture, folder: string): Promise<void> {
  const sources = SOURCES.find((path) => existsSync(path));
  if (sources === undefined) {
    throw new ImageBuildError('packages', 'this machine has no Debian package sources', {
      hint: 'Build on Debian 12, or with tooling/image/Dockerfile',
    });
  }
  const unfinished = `${folder}.unfinished`;
  const state = join(unfinished, 'apt');
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(join(state, 'lists/partial'), { recursive: true });
  await mkdir(join(state, 'cache/archives/partial'), { recursive: true });
  await writeFile(join(state, 'status'), '');
  const options = [
    `APT::Architecture=${NAMES[architecture].debian}`,
    `APT::Architectures=${NAMES[architecture].debian}`,
    `Dir::State::Lists=${state}/lists`,
    `Dir::State::status=${state}/status`,
    `Dir::Cache=${state}/cache`,
    `Dir::Etc::SourceList=${sources}`,
    'Dir::Etc::SourceParts=/dev/null',
    'Acquire::Languages=none',
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  try {
    await run('apt-get', [...options, '--quiet', 'update'], { cwd: unfinished });
    await run('apt-get', [...options, '--quiet', 'download', ...names], { cwd: unfinished });
  } catch (error) {
    throw new ImageBuildError('packages', `the Debian packages for ${architecture} cannot be downloaded`, {
      hint: 'Check the network and the package sources of this machine',
      cause: error,
    });
  }
  await rm(state, { recursive: true });
  await rename(unfinished, folder);
}

async function describe(file: string): Promise<DebianPackage> {
  const { stdout } = await run('dpkg-deb', ['--show', '--showformat=${Package}\n${Version}\n${Architecture}', file]);
  const [name = '', version = '', architecture = ''] = stdout.split('\n');
  return { name, version, architecture, file };
}
