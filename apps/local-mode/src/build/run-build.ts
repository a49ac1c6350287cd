import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import type { BuildInstructions } from '@device-supervisor/compose-project';
import { packBuildContext, type BuildContext } from './build-context.ts';
import type { BuildOutput } from './build-output.ts';
import { buildkitFeatures } from './buildkit-features.ts';
import { CONTEXT, DOCKERFILE, openBuildSession, type BuildSession, type FolderSource } from './buildkit/session.ts';
import type { SentAmount } from './buildkit/send-files.ts';
import { measureContext, type ContextSize } from './context-size.ts';
import { parseDockerfile } from './dockerfile.ts';
import { ClassicBuilderError } from './errors.ts';
import { formatBytes } from './format-bytes.ts';
import type { RegistryLogins } from '../registry-logins/registry-logins.ts';
import { loginsHeader } from '../registry-logins/logins-header.ts';

export interface BuildRequest {
  /** Name of the image. */
  readonly tag: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly build: Omit<
    BuildInstructions,
    'context' | 'labels' | 'tags' | 'addBusybox' | 'secrets' | 'additionalContexts'
  >;
  /** By id. */
  readonly secrets: ReadonlyMap<string, Uint8Array>;
}

export interface RunBuildOptions {
  readonly engine: Docker;
  readonly logins: RegistryLogins;
  readonly signal: AbortSignal;
  readonly output: BuildOutput;
}

/**
 * Runs one build, and yields its output line by line. `output` says how it ended.
 *
 * @throws ClassicBuilderError when the engine has no BuildKit, and the build needs it
 */
export async function* runBuild(
  context: BuildContext,
  request: BuildRequest,
  options: RunBuildOptions,
): AsyncGenerator<string> {
  const size = measureContext();
  const sent: SentAmount[] = [];
  using session = await openBuildSession(options.engine, {
    folders: new Map<string, FolderSource>([
      [CONTEXT, (patterns) => size.count(context.files(patterns))],
      [DOCKERFILE, () => onlyDockerfile(context)],
    ]),
    secrets: request.secrets,
    login: (registry) => options.logins.find(registry),
    contextKey: context.root,
    onSent: (amount) => void sent.push(amount),
  });
  const stream =
    session === null
      ? await buildClassic(context, request, { ...options, size })
      : await buildWithSession(session, request, options);
  let isMeasured = false;
  for await (const message of createInterface({ input: stream, crlfDelay: Infinity })) {
    const lines = options.output.take(message);
    // The first step runs when the engine has the context.
    if (!isMeasured && (session === null || sent.length > 0) && lines.length > 0) {
      isMeasured = true;
      yield* describeContext(size, context, sent);
    }
    yield* lines;
  }
  yield* options.output.end();
}

function* describeContext(size: ContextSize, { rules }: BuildContext, sent: readonly SentAmount[]): Generator<string> {
  const news = sent.reduce((sum, amount) => sum + amount.sent, 0);
  const part = sent.length === 0 ? '' : `; sent: ${formatBytes(news)}`;
  yield `build context: ${size.files} ${size.files === 1 ? 'file' : 'files'}, ${formatBytes(size.bytes)}${part}`;
  const remark = size.remark(rules);
  if (remark !== null) yield `warning: ${remark}`;
}

async function* onlyDockerfile({ dockerfile }: BuildContext) {
  yield { name: 'Dockerfile', content: Buffer.from(dockerfile) };
}

async function buildWithSession(
  session: BuildSession,
  request: BuildRequest,
  { engine, signal }: RunBuildOptions,
): Promise<Readable> {
  return await post(
    engine,
    {
      ...parameters(request),
      version: '2',
      remote: 'client-session',
      session: session.id,
      buildid: randomUUID(),
      dockerfile: 'Dockerfile',
    },
    { signal },
  );
}

async function buildClassic(
  context: BuildContext,
  request: BuildRequest,
  { engine, logins, signal, size }: RunBuildOptions & { readonly size: ContextSize },
): Promise<Readable> {
  const unknown = buildkitFeatures(parseDockerfile(context.dockerfile));
  if (unknown.length > 0 || request.secrets.size > 0) throw new ClassicBuilderError(unknown);
  const { archive, dockerfile } = packBuildContext(context, request.build.dockerfile, (files) => size.count(files));
  const { args, cacheFrom } = request.build;
  // This builder asks for nothing during a build, so that everything it may need goes with the request.
  const headers = await loginsHeader(logins, [context.dockerfile, ...Object.values(args), ...cacheFrom]);
  return await post(
    engine,
    { ...parameters(request), dockerfile, forcerm: 'true' },
    { signal, headers, body: archive },
  );
}

function parameters({ tag, labels, build }: BuildRequest): Record<string, string> {
  return {
    t: tag,
    buildargs: JSON.stringify(build.args),
    labels: JSON.stringify(labels),
    ...(build.noCache ? { nocache: 'true' } : {}),
    ...(build.pull ? { pull: 'true' } : {}),
    ...(build.target === null ? {} : { target: build.target }),
    ...(build.network === null ? {} : { networkmode: build.network }),
    ...(build.cacheFrom.length === 0 ? {} : { cachefrom: JSON.stringify(build.cacheFrom) }),
  };
}

/** `dockerode`'s own call opens a session of its own, which knows neither files nor secrets. */
async function post(
  { modem }: Docker,
  query: Readonly<Record<string, string>>,
  {
    signal,
    headers = {},
    body,
  }: {
    readonly signal: AbortSignal;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Readable;
  },
): Promise<Readable> {
  const { promise, resolve, reject } = Promise.withResolvers<Readable>();
  modem.dial(
    {
      method: 'POST',
      path: '/build?',
      // Without any body: the engine holds its output back until it has read one.
      options: { _query: query, _body: {} },
      headers: { ...headers },
      abortSignal: signal,
      isStream: true,
      statusCodes: { 200: true },
      ...(body === undefined ? {} : { file: body }),
    },
    (error: unknown, stream: unknown) => {
      if (isReadable(stream)) resolve(stream);
      else reject(error instanceof Error ? error : new Error(String(error)));
    },
  );
  return await promise;
}

function isReadable(stream: unknown): stream is Readable {
  return typeof stream === 'object' && stream !== null && 'pipe' in stream;
}
