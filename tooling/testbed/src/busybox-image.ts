import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createCommandRunner } from '@device-supervisor/local-engine';
import { pack } from 'tar-stream';
import { connectEngine } from './connect-engine.ts';
import { dockerfile, type ImageConfiguration } from './dockerfile.ts';
import { ImageOperationError } from './errors.ts';
import { readProgress } from './read-progress.ts';

export interface BusyboxImageOptions extends ImageConfiguration {
  /** Reference, e.g. `web:1` or `127.0.0.1:5000/web:1`. */
  readonly tag: string;
  /** Absolute path to content (mode 0644), or content and mode. */
  readonly files?: Readonly<Record<string, string | { readonly content: string | Buffer; readonly mode: number }>>;
}

export interface TestImage {
  readonly reference: string;
  /** `sha256:…`. The same options give the same id; another label or file gives another. */
  readonly id: string;
}

/** A time for every file, so that the same content is the same layer. */
const MTIME = new Date(0);

/** Makes an image of the machine's static busybox with all its programs in `/bin`, without any network. */
export async function busyboxImage(engineEndpoint: string, options: BusyboxImageOptions): Promise<TestImage> {
  const engine = connectEngine(engineEndpoint);
  const operation = { operation: 'build', image: options.tag } as const;
  const context = await buildContext(options);
  const stream = await engine.buildImage(context, { t: options.tag, networkmode: 'none', rm: true, forcerm: true });
  const progress = await readProgress(stream, operation);
  const id = progress.map(({ aux }) => aux?.ID).find((each) => each !== undefined);
  if (id === undefined) throw new ImageOperationError('build', options.tag, 'the engine did not name the image');
  return { reference: options.tag, id };
}

async function buildContext(options: BusyboxImageOptions): Promise<Readable> {
  const files = Object.entries(options.files ?? {});
  const { program, applets } = await findBusybox();
  const archive = pack();
  archive.entry({ name: 'Dockerfile', mtime: MTIME }, dockerfile(options, { hasFiles: files.length > 0 }));
  archive.entry({ name: 'base/bin/busybox', mode: 0o755, mtime: MTIME }, await readFile(program));
  for (const applet of applets) {
    archive.entry({ name: `base/bin/${applet}`, type: 'symlink', linkname: 'busybox', mtime: MTIME });
  }
  archive.entry(
    { name: 'base/etc/passwd', mtime: MTIME },
    'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n',
  );
  archive.entry({ name: 'base/etc/group', mtime: MTIME }, 'root:x:0:\nnogroup:x:65534:\n');
  archive.entry({ name: 'base/tmp', type: 'directory', mode: 0o1777, mtime: MTIME });
  for (const [path, file] of files) {
    const { content, mode } = typeof file === 'string' ? { content: file, mode: 0o644 } : file;
    archive.entry({ name: `files${path}`, mode, mtime: MTIME }, content);
  }
  archive.finalize();
  return Readable.from(archive);
}

async function findBusybox(): Promise<{ readonly program: string; readonly applets: readonly string[] }> {
  const commands = createCommandRunner(process.env);
  const program = (await commands.find('busybox')) ?? '/bin/busybox';
  const applets = (await commands.run(program, ['--list'])).split('\n');
  return { program, applets: applets.filter((name) => name !== '' && name !== 'busybox') };
}
