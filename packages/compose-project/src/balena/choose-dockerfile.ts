import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BuildDevice, DockerfileSource } from '../project.ts';

export interface DockerfileContext {
  readonly device: BuildDevice | null;
  readonly names: { readonly app: string; readonly service: string };
  fault(message: string): void;
}

/**
 * The Dockerfile of a build: the named one, else that of the device's type, that of its architecture, the template, or the
 * plain `Dockerfile`, whichever exists first. The variables of a template (`%%BALENA_ARCH%%`) are filled in.
 *
 * @param path of the named Dockerfile, absolute; `null`: it is looked for in the folder
 */
export async function chooseDockerfile(
  { folder, path }: { readonly folder: string; readonly path: string | null },
  { device, names, fault }: DockerfileContext,
): Promise<DockerfileSource> {
  const plain = join(folder, 'Dockerfile');
  const candidates = path === null ? dockerfileNames(device).map((name) => join(folder, name)) : [path];
  const found = await firstExisting(candidates);
  if (found === null) {
    fault(
      path === null
        ? `there is no Dockerfile in ${folder}: write one, or name it with build.dockerfile`
        : `there is no ${path}`,
    );
    return { kind: 'file', path: path ?? plain };
  }
  if (found === plain || !isTemplate(found, device)) return { kind: 'file', path: found };
  if (device === null) {
    fault(`${basename(found)} is a template: name the device's type and architecture to fill it in`);
    return { kind: 'file', path: found };
  }
  const content = fillIn(await readFile(found, 'utf8'), { device, names });
  return { kind: 'inline', content };
}

/** Names that a Dockerfile may have, the preferred one first. */
export function dockerfileNames(device: BuildDevice | null): string[] {
  const special = device === null ? [] : [`Dockerfile.${device.type}`, `Dockerfile.${device.arch}`];
  return [...special, 'Dockerfile.template', 'Dockerfile'];
}

function isTemplate(path: string, device: BuildDevice | null): boolean {
  const name = basename(path);
  return name.endsWith('.template') || name === `Dockerfile.${device?.type}` || name === `Dockerfile.${device?.arch}`;
}

/** Unknown variables stay as they are. */
function fillIn(
  template: string,
  { device, names }: { device: BuildDevice; names: DockerfileContext['names'] },
): string {
  const values = new Map([
    ['MACHINE_NAME', device.type],
    ['ARCH', device.arch],
    ['APP_NAME', names.app],
    ['SERVICE_NAME', names.service],
    ['RELEASE_HASH', 'local'],
  ]);
  return template.replace(/%%(?:BALENA|RESIN)_([A-Z_]+)%%/g, (whole, name: string) => values.get(name) ?? whole);
}

async function firstExisting(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) if (await isFile(path)) return path;
  return null;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return false;
    throw error;
  }
}
