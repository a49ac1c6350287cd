import { relative } from 'node:path';
import { formatError } from '@device-supervisor/errors';
import type Docker from 'dockerode';
import type { BuildInstructions, Project, ProjectService } from '@device-supervisor/compose-project';
import { prepareContexts } from './additional-contexts.ts';
import { openBuildContext, type BuildContext } from './build-context.ts';
import { createBuildOutput, type BuildStep } from './build-output.ts';
import { parseDockerfile, withoutFrontend, withStages } from './dockerfile.ts';
import { BuildError, ClassicBuilderError } from './errors.ts';
import { explainFailure } from './explain-failure.ts';
import type { RegistryLogins } from '../registry-logins/registry-logins.ts';
import { runBuild } from './run-build.ts';

/** Names the project for which an image was built: services of two projects may have one name. */
export const PROJECT_LABEL = 'io.resin.local.project';

export interface BuildOptions {
  readonly engine: Docker;
  readonly logins: RegistryLogins;
  readonly signal: AbortSignal;
  /** A static busybox for contexts that ask for one; called only then. */
  busybox(): Promise<string>;
  onStep(step: BuildStep): void;
  /** A line of the build's output, as it comes. */
  onLine(line: string): void;
}

export type BuiltService = ProjectService & { readonly build: BuildInstructions };
/** The parts of a project that a build uses. */
export type BuildProject = Pick<Project, 'name' | 'directory' | 'buildSecrets'>;

/**
 * Builds the image of a service under the name that the supervisor looks for, with BuildKit where the engine has it.
 *
 * @returns the image's id
 * @throws BuildError with the engine's output; the signal's reason when aborted
 */
export async function buildImage(service: BuiltService, project: BuildProject, options: BuildOptions): Promise<string> {
  const { engine, logins, signal, busybox } = options;
  const { build } = service;
  const lines: string[] = [];
  const print = (line: string): void => {
    lines.push(line);
    options.onLine(line);
  };
  let output = createBuildOutput();
  const run = async (context: BuildContext): Promise<void> => {
    output = createBuildOutput();
    const request = {
      tag: service.image,
      labels: labelsOf(service, project),
      build,
      secrets: secretsOf(build, project),
    };
    for await (const line of runBuild(context, request, { engine, logins, signal, output })) print(line);
  };
  try {
    const opened = await openBuildContext(build, build.addBusybox ? await busybox() : null);
    const stages = await prepareContexts(service, project, { ...options, onLine: print });
    const written = withStages(opened.dockerfile, stages);
    const context = { ...opened, dockerfile: written.text };
    await runWithOrWithoutFrontend(context);
    signal.throwIfAborted();
    if (output.error !== null)
      throw failed(explainFailure(output.error, { ...written, file: parseDockerfile(opened.dockerfile) }));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof BuildError) throw error;
    const [feature] = error instanceof ClassicBuilderError ? error.details.features : [];
    throw failed({ reason: formatError(error), line: feature?.line ?? null }, error);
  }
  const imageId = output.imageId ?? (await engine.getImage(service.image).inspect()).Id;
  for (const tag of build.tags) await tagImage(engine.getImage(imageId), tag);
  return imageId;

  /** The engine cannot always download the program that reads the Dockerfile; its own one may do. */
  async function runWithOrWithoutFrontend(context: BuildContext): Promise<void> {
    await run(context);
    if (output.missingFrontend === null) return;
    print(
      `warning: the engine cannot download ${output.missingFrontend}, which "# syntax=" asks for; it reads the Dockerfile with its own program instead`,
    );
    await run({ ...context, dockerfile: withoutFrontend(context.dockerfile) });
  }

  function failed({ reason, line }: { reason: string; line: number | null }, cause?: unknown): BuildError {
    return new BuildError(
      reason,
      {
        service: service.name,
        dockerfile: dockerfileName(build, project.directory),
        line,
        step: output.step,
        output: lines.map((one) => `${one}\n`).join(''),
      },
      cause,
    );
  }
}

function labelsOf({ name, build }: BuiltService, project: BuildProject): Record<string, string> {
  return {
    ...build.labels,
    'io.resin.local.image': '1',
    'io.resin.local.service': name,
    [PROJECT_LABEL]: project.name,
  };
}

function secretsOf({ secrets }: BuildInstructions, project: BuildProject): ReadonlyMap<string, Uint8Array> {
  return new Map(
    Object.entries(secrets).flatMap(([id, name]) => {
      const secret = project.buildSecrets[name];
      return secret === undefined ? [] : [[id, Buffer.from(secret.content)] as const];
    }),
  );
}

/** The last colon begins a tag unless it belongs to the port of a registry. */
async function tagImage(image: Docker.Image, reference: string): Promise<void> {
  const { repo = reference, tag = 'latest' } = /^(?<repo>.+?)(?::(?<tag>[^:/]+))?$/.exec(reference)?.groups ?? {};
  await image.tag({ repo, tag });
}

function dockerfileName({ dockerfile }: BuildInstructions, directory: string): string {
  return dockerfile.kind === 'inline' ? 'dockerfile_inline' : relative(directory, dockerfile.path);
}
