import { builtImage } from '@device-supervisor/compose-project';
import { openBuildContext } from './build-context.ts';
import type { BuildOptions, BuildProject, BuiltService } from './build-image.ts';
import { createBuildOutput } from './build-output.ts';
import { runBuild } from './run-build.ts';

/** The Dockerfile of an image that only holds a folder. */
const FOLDER_ALONE = { kind: 'inline', content: 'FROM scratch\nCOPY . /\n' } as const;

/**
 * Makes an image of each folder of `additional_contexts`. As stages at the beginning of a Dockerfile such images are what
 * the Dockerfile expects, whatever builds it: `COPY --from=NAME`, `FROM NAME` and `RUN --mount=from=NAME` find them.
 *
 * @returns reference of the image by name of the context
 * @throws Error when a folder cannot be read, or the engine refuses the image
 */
export async function prepareContexts(
  service: BuiltService,
  project: BuildProject,
  options: Pick<BuildOptions, 'engine' | 'logins' | 'signal' | 'onLine'>,
): Promise<ReadonlyMap<string, string>> {
  const images = new Map<string, string>();
  for (const [name, source] of Object.entries(service.build.additionalContexts)) {
    options.onLine(`additional context ${name}: ${source}`);
    images.set(name, await imageOf(name, source, { service, project, options }));
  }
  return images;
}

interface ContextUse {
  readonly service: BuiltService;
  readonly project: BuildProject;
  readonly options: Pick<BuildOptions, 'engine' | 'logins' | 'signal' | 'onLine'>;
}

async function imageOf(name: string, source: string, { service, project, options }: ContextUse): Promise<string> {
  if (source.startsWith('docker-image://')) return source.slice('docker-image://'.length);
  if (source.startsWith('service:')) return builtImage(source.slice('service:'.length));
  const tag = `local_context_${project.name}_${service.name}_${name}:latest`.toLowerCase();
  const context = await openBuildContext({ context: source, dockerfile: FOLDER_ALONE }, null);
  const output = createBuildOutput();
  const request = {
    tag,
    labels: { 'io.resin.local.image': '1' },
    secrets: new Map<string, Uint8Array>(),
    build: {
      dockerfile: FOLDER_ALONE,
      args: {},
      target: null,
      network: null,
      cacheFrom: [],
      noCache: false,
      pull: false,
    },
  };
  for await (const line of runBuild(context, request, { ...options, output })) options.onLine(line);
  if (output.error !== null) throw new Error(output.error);
  return tag;
}
