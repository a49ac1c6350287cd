import { createInterface } from 'node:readline';
import { relative } from 'node:path';
import { formatError } from '@device-supervisor/errors';
import type Docker from 'dockerode';
import type { BuildInstructions, Project, ProjectService } from '@device-supervisor/compose-project';
import { packBuildContext } from './build-context.ts';
import { NO_OUTPUT, readBuildLine, type BuildOutput, type BuildStep } from './build-output.ts';
import { BuildError } from './errors.ts';

/** Names the project for which an image was built: services of two projects may have one name. */
export const PROJECT_LABEL = 'io.resin.local.project';

export interface BuildOptions {
  readonly engine: Docker;
  readonly signal: AbortSignal;
  /** A static busybox for contexts that ask for one; called only then. */
  busybox(): Promise<string>;
  onStep(step: BuildStep): void;
}

/**
 * Builds the image of a service under the name that the supervisor looks for.
 *
 * @returns the image's id
 * @throws BuildError with the engine's output; the signal's reason when aborted
 */
export async function buildImage(
  service: ProjectService & { readonly build: BuildInstructions },
  project: Pick<Project, 'name' | 'directory'>,
  options: BuildOptions,
): Promise<string> {
  let output = NO_OUTPUT;
  const failed = (reason: string, cause?: unknown): BuildError =>
    new BuildError(
      reason,
      {
        service: service.name,
        dockerfile: dockerfileName(service.build, project.directory),
        step: output.step,
        output: output.text,
      },
      cause,
    );
  try {
    for await (const next of buildOutputs(service, project.name, options)) {
      if (next.step !== null && next.step !== output.step) options.onStep(next.step);
      output = next;
    }
  } catch (error) {
    options.signal.throwIfAborted();
    throw failed(formatError(error), error);
  }
  options.signal.throwIfAborted();
  if (output.error !== null) throw failed(output.error);
  const imageId = output.imageId ?? (await options.engine.getImage(service.image).inspect()).Id;
  for (const tag of service.build.tags) await tagImage(options.engine.getImage(imageId), tag);
  return imageId;
}

async function* buildOutputs(
  { name, image, build }: ProjectService & { readonly build: BuildInstructions },
  project: string,
  { engine, signal, busybox }: BuildOptions,
): AsyncGenerator<BuildOutput> {
  const context = await packBuildContext(build, build.addBusybox ? await busybox() : null);
  const stream = await engine.buildImage(context.archive, {
    t: image,
    dockerfile: context.dockerfile,
    buildargs: build.args,
    labels: { ...build.labels, 'io.resin.local.image': '1', 'io.resin.local.service': name, [PROJECT_LABEL]: project },
    forcerm: true,
    nocache: build.noCache,
    ...(build.pull ? { pull: true } : {}),
    ...(build.target === null ? {} : { target: build.target }),
    ...(build.network === null ? {} : { networkmode: build.network }),
    ...(build.cacheFrom.length === 0 ? {} : { cachefrom: JSON.stringify(build.cacheFrom) }),
    abortSignal: signal,
  });
  let output = NO_OUTPUT;
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    output = readBuildLine(output, line);
    yield output;
  }
}

/** The last colon begins a tag unless it belongs to the port of a registry. */
async function tagImage(image: Docker.Image, reference: string): Promise<void> {
  const { repo = reference, tag = 'latest' } = /^(?<repo>.+?)(?::(?<tag>[^:/]+))?$/.exec(reference)?.groups ?? {};
  await image.tag({ repo, tag });
}

function dockerfileName({ dockerfile }: BuildInstructions, directory: string): string {
  return dockerfile.kind === 'inline' ? 'dockerfile_inline' : relative(directory, dockerfile.path);
}
